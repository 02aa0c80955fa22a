import { ShapeError, tensor } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { DataError } from '../errors.ts'
import { toHostArray } from './host-array.ts'
import { isHostValues, isStringArray, requireNumbers, toHostValues } from './host-values.ts'

describe('toHostValues', () => {
  it('takes nested strings', () => {
    expect(toHostValues(['a', 'b'], 'x')).toEqual({ data: ['a', 'b'], shape: [2], dtype: 'string' })
    expect(
      toHostValues(
        [
          [['a'], ['']],
          [['c'], ['d']],
        ],
        'x',
      ),
    ).toEqual({
      data: ['a', '', 'c', 'd'],
      shape: [2, 2, 1],
      dtype: 'string',
    })
  })

  it('takes numbers as toHostArray does', () => {
    expect(toHostValues([[1, 2]], 'x')).toEqual(toHostArray([[1, 2]], 'x'))
    expect(toHostValues([], 'x')).toEqual(toHostArray([], 'x'))
    const made = toHostArray([1], 'x')
    expect(toHostValues(made, 'x')).toBe(made)
  })

  it.each([
    [[['a', 'b'], ['c']], 'x[1] is ["c"]; expected 2 values, as in the rows before it.'],
    [['a', 1], 'x[1] is 1; expected a string.'],
    [[['a'], 'b'], 'x[1] is "b"; expected 1 values'],
    [['a', ['b']], 'x[1] is ["b"]; expected a string.'],
  ])('refuses %j and names the position', (value, message) => {
    expect(() => toHostValues(value as string[], 'x')).toThrow(message)
    expect(() => toHostValues(value as string[], 'x')).toThrow(DataError)
  })

  it('refuses string arrays of the wrong length', () => {
    const words = { data: ['a', 'b'], shape: [2, 1], dtype: 'string' } as const
    expect(toHostValues(words, 'x')).toBe(words)
    expect(() => toHostValues({ ...words, shape: [3] }, 'x')).toThrow(
      'x has 2 strings and the shape [3], which holds 3. The counts must agree.',
    )
  })
})

it('distinguishes strings from numbers', () => {
  const [words, numbers] = [toHostValues(['a'], 'x'), toHostValues([1], 'x')]
  expect([isStringArray(words), isStringArray(numbers), isStringArray(['a'])]).toEqual([true, false, false])
  expect([isHostValues(words), isHostValues(numbers), isHostValues({ x: words })]).toEqual([true, true, false])
  expect(requireNumbers(numbers, 'x')).toBe(numbers)
  expect(() => requireNumbers(words, 'x')).toThrow(
    'x holds strings, such as "a"; expected numbers. Convert them with a layer that runs on the host, such as StringLookup.',
  )
})

it('lists that contain themselves, or are nested too deep, are refused', () => {
  const cyclic: unknown[] = []
  cyclic.push(cyclic)
  let deep: unknown = 1
  for (let level = 0; level < 65; level++) deep = [deep]
  const message = 'x is nested more than 64 deep, or contains itself.'
  for (const value of [cyclic, [cyclic], deep]) {
    expect(() => toHostValues(value as never, 'x')).toThrow(new DataError(message))
    expect(() => toHostArray(value as never, 'x')).toThrow(new DataError(message))
    expect(() => tensor(value as never)).toThrow(
      new ShapeError('tensor: the arrays are nested more than 64 deep, or one contains itself.'),
    )
  }
  expect(toHostValues((deep as unknown[])[0] as never, 'x').shape).toHaveLength(64)
  expect(() => toHostValues([[1], cyclic] as never, 'x')).toThrow(DataError)
})
