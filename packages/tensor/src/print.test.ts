import { format, inspect } from 'node:util'
import { cpu } from '@gradus/backend-cpu'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { type Backend, currentBackend, onBackend, useBackend } from './backend.ts'
import type { DType } from './dtype.ts'
import { inferShapes } from './interpreter.ts'
import { reshape } from './ops/broadcast.ts'
import { arange, tensor, zeros } from './ops/create.ts'
import { formatTensor } from './print.ts'
import { SymbolicTensor, UnknownSize } from './symbolic.ts'

beforeAll(async () => {
  await useBackend(cpu())
})

// expected texts: NumPy 2.4
describe('formatTensor', () => {
  it.each<[string, number[] | number[][], DType, string]>([
    [
      'whole numbers',
      [
        [1, 2],
        [3, 4],
      ],
      'float32',
      '[[1. 2.]\n [3. 4.]]',
    ],
    [
      'aligned decimals',
      [
        [1, 2.5],
        [-3.25, 4],
      ],
      'float32',
      '[[ 1.    2.5 ]\n [-3.25  4.  ]]',
    ],
    ['float32 digits', [1 / 3, 2 / 3, 1], 'float32', '[0.33333334 0.6666667  1.        ]'],
    ['eight decimals of float64', [Math.PI, 100 * Math.PI], 'float64', '[  3.14159265 314.15926536]'],
    ['float64 over a wide range', [1 / 3, 1e-3, 2], 'float64', '[3.33333333e-01 1.00000000e-03 2.00000000e+00]'],
    ['large numbers', [1e8, 1], 'float32', '[1.e+08 1.e+00]'],
    ['small numbers', [1e-5, 1], 'float32', '[1.e-05 1.e+00]'],
    ['a range above 1000', [0.001, 1001], 'float32', '[1.000e-03 1.001e+03]'],
    ['exact digits in the shared form', [1.5e-7, 1], 'float32', '[1.5e-07 1.0e+00]'],
    ['a tie, rounded to even', [0.001953125], 'float32', '[0.00195312]'],
    ['NaN and infinities', [Number.NaN, 1, Number.NEGATIVE_INFINITY], 'float32', '[ nan   1. -inf]'],
    ['nothing finite', [Number.NaN, Number.POSITIVE_INFINITY], 'float32', '[nan inf]'],
    ['a negative zero', [-0, 0], 'float32', '[-0.  0.]'],
    ['integers', [1, -20, 300], 'int32', '[  1 -20 300]'],
    ['bools', [1, 0], 'bool', '[ True False]'],
  ])('prints %s', (_, values, dtype, expected) => {
    expect(formatTensor(tensor(values, { dtype }))).toBe(expected)
  })

  it('prints scalars as Python does', () => {
    expect(formatTensor(tensor(1))).toBe('1.0')
    expect(formatTensor(tensor(0.1))).toBe('0.1')
    expect(formatTensor(tensor(1e-5, { dtype: 'float64' }))).toBe('1e-05')
    expect(formatTensor(tensor(-3, { dtype: 'int32' }))).toBe('-3')
    expect(formatTensor(tensor(true))).toBe('True')
  })

  it('separates matrices by an empty line', () => {
    expect(formatTensor(reshape(arange(8), [2, 2, 2]))).toBe('[[[0 1]\n  [2 3]]\n\n [[4 5]\n  [6 7]]]')
  })

  it('prints no elements', () => {
    expect(formatTensor(zeros([0, 3]))).toBe('[]')
  })

  it('leaves out the middle of more than 1000 elements', () => {
    expect(formatTensor(arange(0, 1001, 1, 'float32'))).toBe('[   0.    1.    2. ...  998.  999. 1000.]')
    expect(formatTensor(reshape(arange(2002), [1001, 2]))).toBe(
      '[[   0    1]\n [   2    3]\n [   4    5]\n ...\n [1996 1997]\n [1998 1999]\n [2000 2001]]',
    )
  })

  it('wraps lines at 75 characters', () => {
    const thirds = tensor(Array.from({ length: 20 }, (_, index) => index / 3))
    expect(formatTensor(thirds)).toBe(
      [
        '[0.         0.33333334 0.6666667  1.         1.3333334  1.6666666',
        ' 2.         2.3333333  2.6666667  3.         3.3333333  3.6666667',
        ' 4.         4.3333335  4.6666665  5.         5.3333335  5.6666665',
        ' 6.         6.3333335 ]',
      ].join('\n'),
    )
  })

  it('gives shape and dtype where the values cannot be had at once', () => {
    const asynchronous = {
      shape: [2],
      dtype: 'float32' as const,
      storage: { readsAtOnce: false },
      dataSync: () => new Float32Array(2),
    }
    expect(formatTensor(asynchronous)).toBe('Tensor(shape=[2], dtype=float32)')
    expect(String(inferShapes(() => zeros([2, 3])))).toBe('Tensor(traced, shape=[2, 3], dtype=float32)')
  })
})

describe('console.log', () => {
  const matrix = () =>
    tensor([
      [1, 2],
      [3, 4.5],
    ])
  const text = '[[1.  2. ]\n [3.  4.5]]'

  it('shows values, alone and in objects', () => {
    expect(inspect(matrix())).toBe(text)
    expect(format('%s %o', matrix(), matrix())).toBe(`${text} ${text}`)
    expect(inspect({ w: tensor([1, 2]) })).toBe('{ w: [1. 2.] }')
    expect(inspect(tensor(3))).toBe('3.0')
  })

  it('shows the shape and the dtype where there is no value', () => {
    const used = matrix()
    used.dispose()
    expect(inspect(used)).toBe('Tensor(disposed, shape=[2, 2], dtype=float32)')
    expect(inferShapes(() => inspect(zeros([2])))).toBe('Tensor(traced, shape=[2], dtype=float32)')
    const symbolic = new SymbolicTensor([new UnknownSize([1, 2]), 4], 'float32', { record: () => undefined })
    expect(String(symbolic)).toBe('SymbolicTensor(shape=[null, 4], dtype=float32)')
    expect(inspect([symbolic])).toBe('[ SymbolicTensor(shape=[null, 4], dtype=float32) ]')
  })

  it('is what print calls', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    const printed = matrix().print()
    expect(log.mock.calls).toEqual([[text]])
    await printed
    // a backend that cannot be read at once
    const { readSync: _, ...slow } = currentBackend() as unknown as Record<string, unknown>
    const methods = Object.fromEntries(
      ['allocate', 'write', 'read', 'free', 'has', 'compile', 'name'].map((name) => {
        const value = (currentBackend() as unknown as Record<string, unknown>)[name]
        return [name, typeof value === 'function' ? value.bind(currentBackend()) : value]
      }),
    )
    const remote = onBackend({ ...slow, ...methods } as unknown as Backend, matrix)
    expect(inspect(remote)).toBe('Tensor(shape=[2, 2], dtype=float32)')
    await remote.print()
    expect(log.mock.calls).toEqual([[text], [text]])
  })
})

it('JSON.stringify gives the values', () => {
  expect(
    JSON.stringify({
      w: tensor([
        [1, 2],
        [3, 4],
      ]),
      flag: tensor(true),
    }),
  ).toBe('{"w":[[1,2],[3,4]],"flag":true}')
})
