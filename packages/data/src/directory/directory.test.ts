import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { HostArray, StringArray } from '@gradus/core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { DirectoryDataset } from './from-directory.ts'
import { type TextDirectoryOptions, textDatasetFromDirectory } from './text-dataset.ts'

let folder: string

const paths = ['b/2.txt', 'b/10.txt', 'b/deep/1.TXT', 'a/x.txt', 'a/y.md', 'a/.z.txt', '.hidden/h.txt', 'top.txt']

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradus-folder-'))
  for (const path of paths) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), `text of ${path} é`)
  }
  await mkdir(join(folder, 'elsewhere'))
  await symlink(folder, join(folder, 'elsewhere', 'loop'))
})

afterAll(() => rm(folder, { recursive: true }))

const quiet = { verbose: false } as const
const open = (options: TextDirectoryOptions = {}) => textDatasetFromDirectory(folder, { ...quiet, ...options })

async function all(data: DirectoryDataset) {
  const texts: string[] = []
  const labels: number[][] = []
  for await (const { x, y } of data) {
    texts.push(...(x as StringArray).data)
    if (y) labels.push([...(y as HostArray).data])
  }
  return { texts: texts.map((text) => text.slice(8, -2)), labels: labels.flat() }
}

const inOrder = ['a/.z.txt', 'a/x.txt', 'b/10.txt', 'b/2.txt', 'b/deep/1.TXT']

describe('textDatasetFromDirectory', () => {
  it('has the files in the order of Keras, with folders as classes', async () => {
    const data = await open({ shuffle: false, classNames: ['a', 'b'] })
    expect(data.filePaths).toEqual(inOrder)
    expect(data.classNames).toEqual(['a', 'b'])
    expect([data.length, data.batched]).toEqual([1, true])
    expect(await all(data)).toEqual({ texts: inOrder, labels: [0, 0, 1, 1, 1] })
    const every = await open({ shuffle: false })
    expect(every.classNames).toEqual(['a', 'b', 'elsewhere'])
  })

  it('shuffles by the seed as Keras, and differently in each pass', async () => {
    const data = await open({ seed: 3, classNames: ['a', 'b'], batchSize: 2 })
    // the order of keras.src.utils.dataset_utils.index_directory with this seed
    expect(data.filePaths).toEqual(['b/2.txt', 'b/deep/1.TXT', 'a/x.txt', 'a/.z.txt', 'b/10.txt'])
    const passes = [await all(data), await all(data)]
    for (const { texts, labels } of passes) {
      expect([...texts].sort()).toEqual([...inOrder].sort())
      expect(labels).toEqual(texts.map((text) => Number(text.startsWith('b'))))
    }
    expect(passes[0]).not.toEqual(passes[1])
    expect(await all(await open({ seed: 3, classNames: ['a', 'b'], batchSize: 2 }))).toEqual(passes[0])
  })

  it('has every form of labels', async () => {
    const classNames = ['b', 'a']
    const forms = { int: [2], binary: [2, 1], categorical: [2, 2] }
    for (const [labelMode, shape] of Object.entries(forms)) {
      const data = await open({ shuffle: false, classNames, labelMode: labelMode as 'int', batchSize: 2 })
      for await (const { y } of data.take(1)) {
        expect([(y as HostArray).shape, (y as HostArray).dtype]).toEqual([
          shape,
          labelMode === 'int' ? 'int32' : 'float32',
        ])
        expect([...(y as HostArray).data]).toEqual(labelMode === 'categorical' ? [1, 0, 1, 0] : [0, 0])
      }
    }
    for (const options of [{ labels: null }, { labelMode: null }]) {
      const data = await open({ ...options, shuffle: false })
      expect(data.classNames).toBeUndefined()
      expect((await all(data)).texts).toHaveLength(7)
    }
    const given = await open({ labels: [5, 5, 5, 7, 7, 7, 9], shuffle: false })
    expect(given.classNames).toEqual(['5', '7', '9'])
    expect((await all(given)).labels).toEqual([5, 5, 5, 7, 7, 7, 9])
  })

  it('divides files for validation', async () => {
    const options = { classNames: ['a', 'b'], shuffle: false, validationSplit: 0.4, ...quiet } as const
    const [train, validation] = await textDatasetFromDirectory(folder, { ...options, subset: 'both' })
    expect([train.filePaths, validation.filePaths]).toEqual([inOrder.slice(0, 3), inOrder.slice(3)])
    expect((await open({ ...options, subset: 'validation' })).filePaths).toEqual(inOrder.slice(3))
  })

  it('has single texts, cut without half characters', async () => {
    const data = await open({ shuffle: false, batchSize: null, classNames: ['a'], maxLength: 18 })
    expect([data.length, data.batched]).toEqual([2, false])
    const texts: unknown[] = []
    for await (const { x } of data) texts.push(x)
    expect(texts[0]).toEqual({ data: ['text of a/.z.txt '], shape: [], dtype: 'string' })
  })

  it('reads handles of pages', async () => {
    const file = (text: string) => ({ kind: 'file' as const, getFile: async () => new Blob([text]) })
    const handle = (entries: Record<string, unknown>): never =>
      ({
        kind: 'directory',
        entries: async function* () {
          yield* Object.entries(entries)
        },
      }) as never
    const root = handle({ n: handle({ '1.txt': file('no') }), y: handle({ '2.txt': file('yes'), s: handle({}) }) })
    const data = await textDatasetFromDirectory(root, { ...quiet, shuffle: false })
    expect(data.classNames).toEqual(['n', 'y'])
    for await (const { x } of data) expect((x as StringArray).data).toEqual(['no', 'yes'])
  })

  it('follows links without end', async () => {
    const data = await open({ labels: null, followLinks: true, shuffle: false })
    expect(data.filePaths).toHaveLength(7)
  })

  it('prints what it found', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    await textDatasetFromDirectory(folder, { validationSplit: 0.2, subset: 'both' })
    expect(log.mock.calls.flat()).toEqual([
      'Found 5 files belonging to 3 classes.',
      'Using 4 files for training.',
      'Using 1 files for validation.',
    ])
    log.mockRestore()
  })

  it.each<[string, TextDirectoryOptions, string]>([
    [
      'a missing folder',
      { classNames: ['c'] },
      "'classNames' has 'c', and there is no such folder. The folders are a, b, elsewhere.",
    ],
    ['a wrong number of labels', { labels: [1] }, "'labels' has 1 labels, and the folder"],
    ['class names with labels', { labels: [1], classNames: ['a'] }, "'classNames' are those of folders"],
    [
      'labels that are none',
      { labels: 'x' as never },
      "'labels' must be 'inferred', a list of whole numbers, or null.",
    ],
    [
      'binary labels of 3 classes',
      { labelMode: 'binary' },
      "labelMode 'binary' needs two classes; found a, b, elsewhere.",
    ],
    ['a subset alone', { subset: 'training' }, "'subset' and 'validationSplit' belong together"],
    ['no files for validation', { subset: 'validation', validationSplit: 0.01 }, 'there are no files for validation'],
    ['no files', { classNames: ['elsewhere'] }, 'has no files that end with .txt.'],
    ['an unknown option', { max_length: 3 } as never, "Did you mean 'maxLength'?"],
  ])('names %s', async (_, options, message) => {
    await expect(open(options)).rejects.toThrow(message)
  })

  it('names folders that cannot be read', async () => {
    await expect(textDatasetFromDirectory(join(folder, 'none'))).rejects.toThrow('cannot be read: it does not exist.')
    await expect(textDatasetFromDirectory(join(folder, 'top.txt'))).rejects.toThrow('it is a file')
    await expect(textDatasetFromDirectory(3 as never)).rejects.toThrow('expected a path or a FileSystemDirectoryHandle')
  })
})
