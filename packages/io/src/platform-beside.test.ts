import { mkdir, mkdtemp, readdir, readFile as readText, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FileFormat } from './formats/file-format.ts'
import type { ModelFile } from './formats/model-file.ts'
import { readModelFile, writeModelFile } from './formats/model-files.ts'
import { besideOf } from './platform-beside.ts'

let folder: string
let address: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradus-beside-'))
  await mkdir(join(folder, 'sub'))
  await writeFile(join(folder, 'sub', 'a.bin'), 'a')
  await writeFile(join(folder, 'secret'), 'secret')
  address = 'http://127.0.0.1:9/m/model.json?key=1'
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

describe('files beside another', () => {
  it('are read from its folder or from the files that are given', async () => {
    expect(text(await besideOf(join(folder, 'model.json'))('./sub/a.bin'))).toBe('a')
    expect(text(await besideOf(pathToFileURL(join(folder, 'model.json')))('sub/a.bin'))).toBe('a')
    const bytes = new TextEncoder().encode('given')
    expect(text(await besideOf(bytes, { './sub/a.bin': bytes })('sub/a.bin'))).toBe('given')
    expect(text(await besideOf(bytes, [new File([bytes], 'a.bin')])('sub/a.bin'))).toBe('given')
  })

  it.each([
    '../secret',
    'sub/../../secret',
    '/etc/passwd',
    'C:/x',
    'a\\..\\b',
    'http://other/x',
    '//other/x',
    '',
    '.',
    'a\0b',
  ])('are not read outside of the folder: %j', async (path) => {
    for (const source of [join(folder, 'sub', 'model.json'), address, new Uint8Array()])
      await expect(besideOf(source)(path)).rejects.toThrow('which is not in its folder or below it')
  })

  it('are not read outside of the folder of an address with escaped dots', async () => {
    await expect(besideOf(address)('%2e%2e/secret')).rejects.toThrow('which is not in its folder or below it')
    const file = pathToFileURL(join(folder, 'sub', 'model.json'))
    for (const main of [file, file.href])
      await expect(besideOf(main)('%2e%2e/secret')).rejects.toThrow('which is not in its folder or below it')
  })

  it('are named where they are missing', async () => {
    await expect(besideOf(join(folder, 'model.json'))('b.bin')).rejects.toThrow('it does not exist')
    await expect(besideOf(new Uint8Array(), {})('b.bin')).rejects.toThrow("'b.bin' is not among the given files: none.")
    await expect(besideOf(new Uint8Array())('b.bin')).rejects.toThrow("Give it: { files: { 'b.bin': bytes } }.")
  })
})

describe('a format with several files', () => {
  const model: ModelFile = { header: { format: 1 }, weights: [], optimizer: [] }
  let version = 0
  const format: FileFormat<ModelFile> = {
    name: 'parts',
    extensions: ['.parts'],
    matches: (_, path) => path?.endsWith('.parts') ?? false,
    read: () => model,
    readSet: async (bytes, beside) => {
      await beside(text(bytes))
      return model
    },
    writeSet: () => ({
      main: new TextEncoder().encode(`v${++version}.bin`),
      beside: { [`v${version}.bin`]: Uint8Array.of(version) },
    }),
    besideIn: (bytes) => [text(bytes)],
    readObject: (value) => (value['parts'] ? model : undefined),
  }

  it('is written and read, and files of the one before are deleted', async () => {
    const path = join(folder, 'parts', 'm.parts')
    await writeModelFile(path, model, [format])
    await writeModelFile(path, model, [format])
    expect((await readdir(join(folder, 'parts'))).sort()).toEqual(['m.parts', 'v2.bin'])
    expect(await readText(path, 'utf8')).toBe('v2.bin')
    expect(await readModelFile(path, [format])).toBe(model)
    expect(await readModelFile({ parts: 1 }, [format])).toBe(model)
    await expect(readModelFile({ other: 1 }, [format])).rejects.toThrow('with the keys other is no model file')
  })

  it('leaves no files where it cannot be written', async () => {
    await mkdir(join(folder, 'taken', 'm.parts'), { recursive: true })
    await expect(writeModelFile(join(folder, 'taken', 'm.parts'), model, [format])).rejects.toThrow('it is a folder')
    expect(await readdir(join(folder, 'taken'))).toEqual(['m.parts'])
  })

  it('as a list is refused with the option files', async () => {
    const list = [new File([], 'm.parts')]
    await expect(readModelFile(list as never, [format])).rejects.toThrow('loadModel(file, { files })')
  })
})
