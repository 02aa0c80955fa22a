import { mkdir, mkdtemp, readdir, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataError } from '@gradus/core'
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
    for (const address of ['https://example.org/model.safetensors', 'file:///a']) {
      await expect(readFile(address)).rejects.toThrow(
        new DataError(
          `The file '${address}' cannot be read: it is an address. Give a path, or fetch the file and pass await (await fetch(url)).blob().`,
        ),
      )
    }
    await expect(writeFileAtomic(join(folder, 'sub'), '')).rejects.toThrow('it is a folder. Add a file name.')
    await expect(writeFileAtomic(join(folder, 'file', 'x'), '')).rejects.toThrow(/cannot be written/)
    expect(await readdir(folder)).toEqual(['file', 'sub'])
  })
})

describe('on a platform without files', () => {
  beforeEach(() => vi.stubGlobal('process', undefined))

  it('a path throws an error with an alternative', async () => {
    await expect(writeFileAtomic('model.bin', 'x')).rejects.toThrow(
      "cannot write to the path 'model.bin'. Instead get the bytes with toBytes()",
    )
    await expect(readFile('model.bin')).rejects.toThrow("cannot read from the path 'model.bin'")
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
