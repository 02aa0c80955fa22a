import { mkdir, mkdtemp, readdir, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readFile, writeFileAtomic } from './platform-files.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradus-io-'))
})

afterEach(async () => {
  vi.unstubAllGlobals()
  await rm(folder, { recursive: true })
})

const textOf = async (path: string) => new TextDecoder().decode(await readFile(path))

describe('files', () => {
  it('are written in new folders and replaced, without temporary files left', async () => {
    const path = join(folder, 'a', 'b', 'model.bin')
    await writeFileAtomic(path, 'one')
    await writeFileAtomic(path, Uint8Array.of(116, 119, 111))
    expect(await textOf(path)).toBe('two')
    expect(await readdir(join(folder, 'a', 'b'))).toEqual(['model.bin'])
  })

  it('are left as they were when writing fails', async () => {
    const path = join(folder, 'model.bin')
    await writeFileAtomic(path, 'old')
    await expect(writeFileAtomic(path, { not: 'bytes' } as unknown as Uint8Array)).rejects.toThrow(
      `The file '${path}' cannot be written`,
    )
    expect(await textOf(path)).toBe('old')
    expect(await readdir(folder)).toEqual(['model.bin'])
  })

  it('keep their permissions, and links to them stay links', async () => {
    const path = join(folder, 'model.bin')
    await writeFile(path, 'old', { mode: 0o600 })
    await symlink(path, join(folder, 'link'))
    await writeFileAtomic(join(folder, 'link'), 'new')
    expect(await readlink(join(folder, 'link'))).toBe(path)
    expect(await textOf(path)).toBe('new')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('throw errors with the reason if they cannot be read or written', async () => {
    await mkdir(join(folder, 'sub'))
    await writeFile(join(folder, 'file'), '')
    await expect(readFile(join(folder, 'none'))).rejects.toThrow('it does not exist. Check the path.')
    await expect(readFile(join(folder, 'sub'))).rejects.toThrow('it is a folder')
    // the folder of a run stands for its best model
    await mkdir(join(folder, 'run'))
    await writeFile(join(folder, 'run', 'model-best.safetensors'), 'weights')
    expect(new TextDecoder().decode(await readFile(join(folder, 'run')))).toBe('weights')
    await expect(writeFileAtomic(join(folder, 'sub'), '')).rejects.toThrow('it is a folder. Add a file name.')
    await expect(writeFileAtomic(join(folder, 'file', 'x'), '')).rejects.toThrow(/cannot be written/)
    expect(await readdir(folder)).toEqual(['file', 'run', 'sub'])
  })
})

describe('addresses', () => {
  it('of files are paths', async () => {
    const address = pathToFileURL(join(folder, 'a b.bin'))
    await writeFileAtomic(address, 'one')
    expect(await readdir(folder)).toEqual(['a b.bin'])
    expect(await readFile(address.href)).toEqual(await readFile(address))
    await expect(readFile('file://elsewhere/a')).rejects.toThrow(/'file:\/\/elsewhere\/a' is not the address of a file/)
  })

  it('may contain their data', async () => {
    expect(await textOf('data:,abc')).toBe('abc')
  })
})

describe('on a platform without files', () => {
  beforeEach(() => vi.stubGlobal('process', undefined))

  it('a path throws an error with an alternative', async () => {
    await expect(writeFileAtomic('model.bin', 'x')).rejects.toThrow(
      "cannot write to the path 'model.bin'. Instead write to an address",
    )
    await expect(readFile('model.bin')).rejects.toThrow("cannot read from the path 'model.bin'")
  })

  it('a path is that of a file beside the page', async () => {
    vi.stubGlobal('location', { href: 'https://example.org/app/index.html' })
    vi.stubGlobal('fetch', async (address: string) => new Response(address))
    expect(new TextDecoder().decode(await readFile('model.bin'))).toBe('https://example.org/app/model.bin')
    await expect(writeFileAtomic('model.bin', 'x')).rejects.toThrow(
      "Instead write to an address, such as 'indexeddb://digits'",
    )
  })

  it('file handles work, and a failed write is aborted', async () => {
    const calls: unknown[] = []
    const handle = (fails: boolean) => ({
      createWritable: async () => ({
        write: async (data: Uint8Array | string) => {
          calls.push(data)
          if (fails) throw new Error('full')
        },
        close: async () => void calls.push('closed'),
        abort: async () => void calls.push('aborted'),
      }),
    })
    await writeFileAtomic(handle(false), 'x')
    await expect(writeFileAtomic(handle(true), 'y')).rejects.toThrow('full')
    expect(calls).toEqual(['x', 'closed', 'y', 'aborted'])
    expect(await readFile({ getFile: async () => new Blob(['abc']) })).toEqual(Uint8Array.of(97, 98, 99))
    expect(await readFile(new Blob(['a']))).toEqual(Uint8Array.of(97))
  })
})
