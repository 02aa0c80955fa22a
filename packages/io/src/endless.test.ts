// Files that do not end, or are not what their header says.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataError, FormatError } from '@gradus/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FileFormat } from './formats/file-format.ts'
import type { ModelFile } from './formats/model-file.ts'
import { encodeModel, readModelFile } from './formats/model-files.ts'
import { safetensorsModel } from './formats/safetensors-model.ts'
import { readFile } from './platform-files.ts'
import { encodeSafetensors } from './safetensors.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradus-endless-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

const values = new Float32Array(5000).fill(0.5)
const good = encodeSafetensors([{ name: 'w', dtype: 'float32', shape: [5000], data: values }])

/** A file whose header describes one tensor of `numbers` elements, with `following` bytes after the header. */
function claiming(numbers: number, following: number): Uint8Array<ArrayBuffer> {
  const header = new TextEncoder().encode(
    JSON.stringify({ w: { dtype: 'F32', shape: [numbers], data_offsets: [0, 4 * numbers] } }),
  )
  const bytes = new Uint8Array(8 + header.length + following)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true)
  bytes.set(header, 8)
  return bytes
}

/** Runs a body with the path of a pipe into which another process writes these bytes and then, without an end, `rest`. */
async function withPipe<T>(bytes: Uint8Array, rest: string, body: (path: string) => Promise<T>): Promise<T> {
  const path = join(folder, 'pipe')
  execFileSync('sh', ['-c', `mkfifo '${path}'`])
  writeFileSync(join(folder, 'start'), bytes)
  const writer = spawn('sh', ['-c', `(cat '${join(folder, 'start')}'; ${rest}) > '${path}'`], { stdio: 'ignore' })
  const ended = new Promise((resolve) => writer.on('close', resolve))
  try {
    return await body(path)
  } finally {
    await ended // the writer ends because its pipe is closed
  }
}

async function failure(read: Promise<unknown>): Promise<{ error: Error; megabytes: number }> {
  const before = process.resourceUsage().maxRSS
  const error = await read.then(
    () => new Error('it was read'),
    (thrown: Error) => thrown,
  )
  return { error, megabytes: (process.resourceUsage().maxRSS - before) / 1024 }
}

describe('a pipe without an end', () => {
  it('is read to the end that its header states', async () => {
    const { error, megabytes } = await withPipe(good, 'cat /dev/zero', (path) => failure(readModelFile(path)))
    expect(error).toBeInstanceOf(FormatError)
    expect(error.message).toBe(
      `The file '${join(folder, 'pipe')}' goes on after byte ${good.length}, where it should end by its header. Check what it is, or save it again.`,
    )
    expect(megabytes).toBeLessThan(100)
  })

  it.each([
    ['text', 'yes', 'has a format that is not known: it begins with'],
    ['zeros', 'cat /dev/zero', 'has a format that is not known: it begins with'],
    ['a header that is not JSON', "printf '\\020\\0\\0\\0\\0\\0\\0\\0{'; yes", 'is not JSON'],
  ])('is refused by its first bytes: %s', async (_, command, message) => {
    const { error, megabytes } = await withPipe(new Uint8Array(0), command, (path) => failure(readModelFile(path)))
    expect(error).toBeInstanceOf(FormatError)
    expect(error.message).toContain(message)
    expect(megabytes).toBeLessThan(100)
  })

  it('is refused by a header that states more than the limit', async () => {
    const { error, megabytes } = await withPipe(claiming(2 ** 30, 5000), 'cat /dev/zero', (path) =>
      failure(readModelFile(path)),
    )
    expect(error).toBeInstanceOf(DataError)
    expect(error.message).toContain('cannot be read: it has more than 4294967296 bytes.')
    expect(megabytes).toBeLessThan(100)
  })

  it('is read up to a limit where nothing states its end', async () => {
    const own: FileFormat<ModelFile> = { ...safetensorsModel, name: 'own', lengthOf: undefined as never }
    for (const read of [
      (path: string) => readFile(path, { maxBytes: 2 ** 22 }),
      (path: string) => readModelFile(path, [own], { maxBytes: 2 ** 22 }),
    ]) {
      const { error, megabytes } = await withPipe(good, 'cat /dev/zero', (path) => failure(read(path)))
      expect(error).toBeInstanceOf(DataError)
      expect(error.message).toBe(`The file '${join(folder, 'pipe')}' cannot be read: it has more than 4194304 bytes.`)
      expect(megabytes).toBeLessThan(100)
      rmSync(join(folder, 'pipe'))
    }
  })

  it('is no hindrance if it ends after all', async () => {
    const { weights } = await withPipe(good, ':', (path) => readModelFile(path))
    expect(weights[0]!.data).toEqual(values)
  })
})

it('a device without an end is refused by its first bytes', async () => {
  const { error, megabytes } = await failure(readModelFile('/dev/zero'))
  expect(error).toBeInstanceOf(FormatError)
  expect(megabytes).toBeLessThan(100)
})

it('a stream that goes on after the size that it claims is refused', async () => {
  const stream = () => new Blob([good, new Uint8Array(2 ** 20)]).stream()
  const file = { size: 100, stream, arrayBuffer: async () => new ArrayBuffer(0) }
  const { error } = await failure(readModelFile(file))
  expect(error.message).toContain(`goes on after byte ${good.length}`)
})

describe('a file', () => {
  it.each([
    ['of a format that is not known', claiming(3, 12).fill(0x41, 0, 20), 'has a format that is not known'],
    ['longer than its header states', claiming(3, 12), 'goes on after byte'],
  ])('of 3 GB is refused by its first bytes: %s', async (_, bytes, message) => {
    const path = join(folder, 'large')
    writeFileSync(path, bytes)
    truncateSync(path, 3e9)
    const { error, megabytes } = await failure(readModelFile(path))
    expect(error).toBeInstanceOf(FormatError)
    expect(error.message).toContain(message)
    expect(megabytes).toBeLessThan(100)
  })

  it('is read up to the limit and not beyond', async () => {
    const path = join(folder, 'a')
    writeFileSync(path, 'abcdefgh')
    const text = async (maxBytes: number) => new TextDecoder().decode(await readFile(path, { maxBytes }))
    expect(await text(8)).toBe('abcdefgh')
    await expect(text(7)).rejects.toThrow(`The file '${path}' cannot be read: it has more than 7 bytes.`)
  })

  it('of the system, which states no size, is read', async () => {
    expect(new TextDecoder().decode(await readFile('/proc/self/stat'))).toContain(String(process.pid))
    await expect(readFile('/proc/self/stat', { maxBytes: 9 })).rejects.toThrow('it has more than 9 bytes')
  })
})

describe('a stream', () => {
  /** A response that sends bytes in pieces, and then zeros without an end. */
  function endless(bytes: Uint8Array, state: { sent: number; cancelled: boolean }): Response {
    return new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(bytes),
        pull(controller) {
          state.sent += 2 ** 16
          controller.enqueue(new Uint8Array(2 ** 16))
        },
        cancel() {
          state.cancelled = true
        },
      }),
    )
  }

  it.each([
    ['is read to the end that its header states', good, 'goes on after byte'],
    ['is refused by its first bytes', new Uint8Array(10), 'has a format that is not known'],
  ])('without an end %s, and is closed', async (_, bytes, message) => {
    const state = { sent: 0, cancelled: false }
    await expect(readModelFile(endless(bytes, state))).rejects.toThrow(message)
    expect(state.cancelled).toBe(true)
    expect(state.sent).toBeLessThan(2 ** 20)
  })

  it('with an end is read, in a Blob and in a Response', async () => {
    for (const source of [new Blob([good]), new Response(good), new Response(new Blob([good]).stream())]) {
      expect((await readModelFile(source)).weights[0]!.data).toEqual(values)
    }
    await expect(readFile(new Blob([good]), { maxBytes: 100 })).rejects.toThrow('it has more than 100 bytes')
  })

  it('that breaks off, or was read before, says so', async () => {
    const broken = new ReadableStream({
      pull: (controller) => controller.error(new Error('the network is gone')),
    })
    await expect(readFile(new Response(broken))).rejects.toThrow('The file cannot be read: the network is gone.')
    const used = new Response(good)
    await used.arrayBuffer()
    await expect(readFile(used)).rejects.toThrow(DataError)
  })
})

describe('the weights alone', () => {
  const state = { path: 'm.w', shape: [2 ** 20], dtype: 'float32' as const, trainable: false }
  const weight = { ...state, path: 'w', shape: [5000], data: values }
  const file = (data: Float32Array) =>
    encodeModel({ header: { format: 1 }, weights: [weight], optimizer: [{ ...state, data }] })

  it('are read without the state of the optimizer after them', async () => {
    const bytes = file(new Float32Array(2 ** 20)) as Uint8Array<ArrayBuffer>
    let read = 0
    const stream = () =>
      new ReadableStream({
        pull(controller) {
          controller.enqueue(bytes.slice(read, (read += 2 ** 14)))
        },
      })
    const found = await readModelFile({ stream, arrayBuffer: async () => bytes.buffer }, undefined, {
      weightsOnly: true,
    })
    expect(found.weights.map(({ path, data }) => [path, data])).toEqual([['w', values]])
    expect(found.optimizer).toEqual([])
    expect(read).toBeLessThan(2 ** 16)
  })

  it('may be all of a file, and are refused where they are cut off', async () => {
    const small = await readModelFile(good, undefined, { weightsOnly: true })
    expect(small.weights[0]!.data).toEqual(values)
    const cut = new Blob([file(new Float32Array(2 ** 20)).slice(0, 15_000)])
    await expect(readModelFile(cut, undefined, { weightsOnly: true })).rejects.toThrow("'w' ends at byte 20000")
  })
})
