import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HostArray } from '@gradus/core'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type ImageDirectoryOptions, imageDatasetFromDirectory, saveImg } from './index.ts'
import { imagePool } from './tasks/platform-pool.ts'
import type { Preparation } from './tasks/prepare.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradus-folder-'))
  for (let i = 0; i < 6; i++) {
    const data = new Uint8Array(4 * 2 * 3).fill(i * 10)
    await saveImg(join(folder, i < 4 ? 'cats' : 'dogs', `${i}.png`), { data, width: 4, height: 2, channels: 3 })
  }
  await mkdir(join(folder, '.hidden'))
  await writeFile(join(folder, 'cats', 'notes.txt'), 'x')
})
afterAll(() => rm(folder, { recursive: true }))

const base = { imageSize: [2, 2], shuffle: false, verbose: false } as const

async function batches(
  options: ImageDirectoryOptions = {},
  from: Parameters<typeof imageDatasetFromDirectory>[0] = folder,
) {
  const data = await imageDatasetFromDirectory(from, { ...base, ...options })
  const found: { x: HostArray; y?: HostArray }[] = []
  for await (const batch of data) found.push(batch as { x: HostArray; y?: HostArray })
  return { data, found }
}

const firsts = ({ x }: { x: HostArray }) =>
  Array.from({ length: x.shape[0]! }, (_, i) => x.data[i * (x.data.length / x.shape[0]!)])

describe('imageDatasetFromDirectory', () => {
  it('gives batches of the classes', async () => {
    const { data, found } = await batches({ batchSize: 4 })
    expect(data.classNames).toEqual(['cats', 'dogs'])
    expect(data.length).toBe(2)
    expect(data.filePaths[5]).toBe('dogs/5.png')
    expect(found.map(({ x }) => x.shape)).toEqual([
      [4, 2, 2, 3],
      [2, 2, 2, 3],
    ])
    expect(found.map(firsts)).toEqual([
      [0, 10, 20, 30],
      [40, 50],
    ])
    expect([...found[1]!.y!.data]).toEqual([1, 1])
  })

  it('has all forms of labels, colors and axes', async () => {
    const categorical = await batches({ labelMode: 'categorical', colorMode: 'grayscale' })
    expect(categorical.found[0]!.y!.shape).toEqual([6, 2])
    expect(categorical.found[0]!.x.shape).toEqual([6, 2, 2, 1])
    const binary = await batches({ labelMode: 'binary', colorMode: 'rgba', dataFormat: 'channelsFirst' })
    expect(binary.found[0]!.y!.shape).toEqual([6, 1])
    expect(binary.found[0]!.x.shape).toEqual([6, 4, 2, 2])
    expect([...binary.found[0]!.x.data.slice(12, 16)]).toEqual([255, 255, 255, 255])
    const none = await batches({ labels: null, batchSize: null, imageSize: 3 })
    expect(none.found).toHaveLength(6)
    expect(none.found[0]).toMatchObject({ x: { shape: [3, 3, 3] } })
  })

  it('cuts or adds edges', async () => {
    const { found } = await batches({ padToAspectRatio: true, imageSize: [4, 4] })
    expect(firsts(found[0]!)).toEqual([0, 0, 0, 0, 0, 0])
    expect(found[0]!.x.data[5 * 48 + 5 * 3]).toBe(50)
    const cut = await batches({ cropToAspectRatio: true })
    expect(firsts(cut.found[0]!)).toEqual([0, 10, 20, 30, 40, 50])
    await expect(batches({ cropToAspectRatio: true, padToAspectRatio: true })).rejects.toThrow(/are both true/)
  })

  it('reads the files of a page', async () => {
    const png = await import('node:fs/promises').then(({ readFile }) => readFile(join(folder, 'cats', '3.png')))
    const file = (path: string) =>
      Object.assign(new Blob([png]), { name: path.split('/').pop()!, webkitRelativePath: path })
    const { data, found } = await batches({}, [file('top/b/1.png'), file('top/a/2.png')])
    expect([data.classNames, data.filePaths]).toEqual([
      ['a', 'b'],
      ['a/2.png', 'b/1.png'],
    ])
    expect(firsts(found[0]!)).toEqual([30, 30])
  })

  it('refuses folders without images, and wrong options', async () => {
    await mkdir(join(folder, '.hidden', 'empty'))
    await expect(batches({}, join(folder, '.hidden'))).rejects.toThrow(/no files that end with .bmp, .gif/)
    await expect(batches({ imageSize: 0 })).rejects.toThrow(/'imageSize' is \[0,0\]/)
    await expect(batches({ interpolation: 'lanczos' as never })).rejects.toThrow(/'interpolation' must be/)
  })
})

describe('a broken image', () => {
  it('is named, or left out', async () => {
    const path = join(folder, 'cats', '9.jpg')
    await writeFile(path, '<html>')
    await expect(batches()).rejects.toThrow("The image 'cats/9.jpg' is an HTML page, not an image.")
    const onBroken = vi.fn()
    const { found } = await batches({ onBroken, batchSize: 2 })
    expect(found.map(firsts)).toEqual([[0, 10], [20, 30], [40], [50]])
    expect(onBroken.mock.calls.map(([name]) => name)).toEqual(['cats/9.jpg'])
    await rm(path)
  })
})

describe('threads', () => {
  it('give the values of this thread, and name broken images', async () => {
    const outfile = join(folder, '.thread', 'thread.mjs')
    const entry = new URL('./tasks/platform-thread.ts', import.meta.url).pathname
    await build({
      entryPoints: [entry],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile,
      conditions: ['@gradus/source'],
    })
    const { readFile } = await import('node:fs/promises')
    const png = await readFile(join(folder, 'cats', '3.png'))
    const preparation: Preparation = {
      colorMode: 'rgb',
      channels: 3,
      height: 3,
      width: 5,
      interpolation: 'bicubic',
      fit: 'stretch',
      isChannelsFirst: false,
      maxPixels: undefined,
      decoder: 'javascript',
    }
    const pool = imagePool(2, new URL(`file://${outfile}`))
    const here = await imagePool(0).run(new Uint8Array(png), preparation)
    const found = await Promise.all(Array.from({ length: 9 }, () => pool.run(new Uint8Array(png), preparation)))
    for (const values of found) expect(values).toEqual(here)
    await expect(pool.run(new Uint8Array(3), preparation)).rejects.toMatchObject({ name: 'ImageProblem' })
    const broken = imagePool(1, new URL(`file://${outfile}x`))
    await expect(broken.run(new Uint8Array(png), preparation)).rejects.toThrow(/A thread that decodes images ended/)
  })
})
