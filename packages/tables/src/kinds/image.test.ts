import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
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
