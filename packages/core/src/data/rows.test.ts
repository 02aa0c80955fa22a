import { expect, it } from 'vitest'
import { toHostArray } from './host-array.ts'
import { toHostValues } from './host-values.ts'
import { mapNamed, toNamedArrays } from './named.ts'
import { partOf, sampleCount, takeRows } from './rows.ts'

it('takes samples by range as a view and by index as a copy', () => {
  const array = toHostArray(
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    'x',
  )
  const range = takeRows(array, { start: 1, end: 9 })
  expect(range.shape).toEqual([2, 2])
  expect(range.data.buffer).toBe(array.data.buffer)
  expect(takeRows(array, [2, 0, 2])).toEqual({
    data: new Float32Array([5, 6, 1, 2, 5, 6]),
    shape: [3, 2],
    dtype: 'float32',
  })
  expect(() => takeRows(array, [3])).toThrow('no sample 3 among 3')
})

it('counts samples over all arrays', async () => {
  const x = await toNamedArrays({ age: [[1], [2]], city: [0, 1] }, 'x')
  expect(sampleCount({ x, y: toHostArray([1, 0], 'y'), sampleWeight: undefined })).toBe(2)
  expect(() => sampleCount({ x, y: toHostArray([1], 'y') })).toThrow('x.age has 2 samples and y has 1')
  expect(mapNamed(x, (array) => takeRows(array, [1]))).toMatchObject({ age: { shape: [1, 1] }, city: { shape: [1] } })
})

it('takes samples of strings', () => {
  const words = toHostValues(
    [
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'f'],
    ],
    'x',
  )
  expect(takeRows(words, { start: 1, end: 3 })).toEqual({ data: ['c', 'd', 'e', 'f'], shape: [2, 2], dtype: 'string' })
  expect(takeRows(words, [2, 0])).toEqual({ data: ['e', 'f', 'a', 'b'], shape: [2, 2], dtype: 'string' })
  expect(partOf(words, 1, 3)).toEqual(['b', 'c'])
  expect(partOf(toHostArray([1, 2, 3], 'x'), 1, 3)).toEqual(new Float32Array([2, 3]))
  expect(sampleCount({ x: { word: words, size: toHostArray([1, 2, 3], 'x') } })).toBe(3)
})
