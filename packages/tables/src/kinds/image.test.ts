import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { saveImg } from '@gradus/images'
import { afterAll, describe, expect, it } from 'vitest'
import { image } from './image.ts'

const folder = mkdtempSync(join(tmpdir(), 'gradus-tables-'))
const gif = Uint8Array.from(atob('R0lGODdhAQABAIAAAP8AAAAAACwAAAAAAQABAAACAkQBADs='), (c) => c.charCodeAt(0))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

it.each([
  ['a path from the folder of the table', 'red.gif', folder],
  ['a path that is absolute', join(folder, 'red.gif'), '/elsewhere'],
  ['a file of a page', { read: async () => gif }, ''],
])('reads %s as pixels from 0 to 1', async (_, cell, from) => {
  writeFileSync(join(folder, 'red.gif'), gif)
  const state = image.learn({ kind: 'image', imageSize: [1, 2, 3] }).finish() as { shape: number[] }
  const loaded = await image.load!(image.read(cell, { kind: 'image' })!, state, from)
  const out = new Float32Array(6)
  image.encode(loaded, state, out, 0)
  expect([...out]).toEqual([1, 0, 0, 1, 0, 0])
  expect(image.shape!(state)).toEqual([1, 2, 3])
})

it('names the image that cannot be read', async () => {
  await expect(image.load!('none.png', { shape: [1, 1, 3] }, folder)).rejects.toThrow('none.png')
})

it.each([
  [
    'lists',
    [
      [
        [255, 0, 0],
        [0, 51, 0],
      ],
    ],
  ],
  ['a flat typed array', Uint8Array.of(255, 0, 0, 0, 51, 0)],
  ['an array with its shape', { shape: [1, 2, 3], data: Uint16Array.of(65535, 0, 0, 0, 13107, 0) }],
  [
    'the pixels of a canvas, with alpha',
    { width: 2, height: 1, data: Uint8ClampedArray.of(255, 0, 0, 255, 0, 51, 0, 255) },
  ],
])('takes pixels of rows in memory: %s', async (_, cell) => {
  const state = { shape: [1, 2, 3] }
  const value = image.read(cell, { kind: 'image' })!
  expect(image.misfit!(value, state)).toBeUndefined()
  const out = new Float32Array(6)
  image.encode(await image.load!(value, state, ''), state, out, 0)
  expect([...out]).toEqual([1, 0, 0, 0, Math.fround(0.2), 0])
})

it.each([
  ['too few numbers', [1, 2, 3]],
  ['another height', { width: 1, height: 2, data: new Uint8ClampedArray(8) }],
])('refuses pixels of another size: %s', (_, cell) => {
  expect(image.misfit!(image.read(cell, { kind: 'image' })!, { shape: [1, 2, 3] })).toBe(
    'an image of the shape [1, 2, 3], of which the pixels are 6 numbers',
  )
})

describe('the size of images that the plan leaves open', () => {
  const save = async (name: string, height: number, width: number, color: readonly number[]) => {
    const data = Uint8Array.from({ length: height * width * 3 }, (_, at) => color[at % 3]!)
    await saveImg(join(folder, name), { data, height, width, channels: 3 })
    return name
  }
  const learned = async (files: readonly string[], imageSize?: readonly [number, number, number]) => {
    const learner = image.learn({ kind: 'image', ...(imageSize && { imageSize }) }, folder)
    for (const file of files) learner.add(file)
    await learner.prepare!()
    return learner.finish()['shape']
  }

  it('is that of small images, with one channel where all are gray', async () => {
    const gray = [await save('a.png', 12, 20, [9, 9, 9]), await save('b.png', 14, 10, [200, 200, 200])]
    expect(await learned(gray)).toEqual([14, 20, 1])
    expect(await learned([...gray, await save('c.png', 8, 8, [9, 9, 8])])).toEqual([14, 20, 3])
    expect(await learned([...gray, await save('d.png', 300, 30, [1, 1, 1])])).toEqual([64, 30, 1])
    expect(await learned(gray, [8, 8, 3])).toEqual([8, 8, 3])
  })

  it('is found in the whole table, past files that cannot be read', async () => {
    const files = Array.from({ length: 500 }, () => 'a.png')
    await save('a.png', 12, 20, [9, 9, 9])
    await save('e.png', 30, 20, [9, 0, 9])
    expect(await learned([...files, ...files.map(() => 'e.png'), 'none.png'])).toEqual([30, 20, 3])
    expect(await learned(['none.png'])).toEqual([64, 64, 3])
  })
})
