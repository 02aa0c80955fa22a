import type { NdArray } from '@gradus/graph'
import { reducedShape, stridesOf } from '@gradus/tensor/internals'
import { describe, expect, it } from 'vitest'
import { array, noise, runKernel } from '../test/run-kernel.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number

function reduce(name: string, x: NdArray, axes: readonly number[], keepDims = false): number[] {
  return runKernel(name, [x], { axes, keepDims }, { shape: reducedShape(x.shape, axes, keepDims) })
}

/** The input elements of each output element. */
function groups(x: NdArray, axes: readonly number[]): number[][] {
  const kept = reducedShape(x.shape, axes, true)
  const to = stridesOf(kept)
  const from = stridesOf(x.shape)
  const result: number[][] = []
  x.data.forEach((value, position) => {
    const place = from.reduce((sum, stride, axis) => {
      const coordinate = Math.floor(position / stride) % x.shape[axis]
      return sum + (kept[axis] === 1 ? 0 : coordinate * to[axis])
    }, 0)
    result[place] = [...(result[place] ?? []), value]
  })
  return result
}

describe('reductions', () => {
  const cube = noise([3, 4, 1, 5], 1)

  it.each([[[]], [[0]], [[1]], [[3]], [[0, 1]], [[0, 3]], [[1, 2, 3]], [[2]], [[0, 1, 2, 3]]])(
    'over the axes %j',
    (axes) => {
      const expected = groups(cube, axes)
      const sums = reduce('sum', cube, axes)
      for (const [i, group] of expected.entries())
        expect(sums[i]).toBeCloseTo(
          group.reduce((a, b) => a + b),
          13,
        )
      const products = reduce('prod', cube, axes, true)
      for (const [i, group] of expected.entries())
        expect(products[i]).toBeCloseTo(
          group.reduce((a, b) => a * b),
          13,
        )
      expect(reduce('max', cube, axes)).toEqual(expected.map((group) => Math.max(...group)))
      expect(reduce('min', cube, axes)).toEqual(expected.map((group) => Math.min(...group)))
    },
  )

  it('over no elements give the identity', () => {
    expect(reduce('sum', array('float32', [], [2, 0]), [1])).toEqual([0, 0])
    expect(reduce('sum', array('float32', [], [0, 2]), [0])).toEqual([0, 0])
    expect(reduce('sum', array('float32', [], [0, 3, 0]), [0, 2])).toEqual([0, 0, 0])
    expect(reduce('prod', array('int32', [], [0]), [0])).toEqual([1])
    expect(reduce('any', array('bool', [], [0]), [0])).toEqual([0])
    expect(reduce('all', array('bool', [], [2, 0]), [1])).toEqual([1, 1])
    expect(reduce('max', array('float32', [], [0, 2]), [1])).toEqual([])
    expect(reduce('sum', array('float32', [3], []), [])).toEqual([3])
  })

  it('sum float32 in double and round once', () => {
    const values = [1e8, 1, -1e8, 1]
    expect(reduce('sum', array('float32', values), [0])).toEqual([2])
    expect(reduce('sum', array('float32', values, [4, 1]), [0])).toEqual([2])
    expect(reduce('sum', array('float32', [...values, ...values], [2, 4]), [1])).toEqual([2, 2])
  })

  it('wrap integers around', () => {
    expect(reduce('sum', array('int32', [2147483647, 1, 1]), [0])).toEqual([-2147483647])
    expect(reduce('sum', array('uint32', [4294967295, 3]), [0])).toEqual([2])
    expect(reduce('prod', array('int32', [123456789, 987654321, 3]), [0])).toEqual([Math.imul(-67153019, 3)])
    expect(reduce('max', array('uint32', [1, 4294967295]), [0])).toEqual([4294967295])
  })

  it('propagate NaN', () => {
    const x = array('float32', [1, nan, 3, -inf, 2, inf], [2, 3])
    expect(reduce('max', x, [1])).toEqual([nan, inf])
    expect(reduce('min', x, [1])).toEqual([nan, -inf])
    expect(reduce('max', x, [0])).toEqual([1, nan, inf])
    expect(reduce('sum', x, [1])).toEqual([nan, nan])
  })

  it('find any and all', () => {
    const x = array('bool', [1, 0, 1, 1], [2, 2])
    expect(reduce('any', x, [1])).toEqual([1, 1])
    expect(reduce('all', x, [1])).toEqual([0, 1])
    expect(reduce('all', x, [0])).toEqual([1, 0])
    expect(reduce('any', array('bool', [0, 0]), [0])).toEqual([0])
  })

  it('find the first extreme, NaN before all', () => {
    const place = (name: string, values: readonly number[]) =>
      runKernel(name, [array('float64', values)], { axis: 0 }, { shape: [], dtype: 'int32' })[0]
    expect(place('argMax', [1, 3, 3])).toBe(1)
    expect(place('argMin', [2, 1, 1])).toBe(1)
    expect(place('argMax', [1, nan, inf, nan])).toBe(1)
    expect(place('argMin', [nan, -inf])).toBe(0)
    expect(place('argMax', [-inf, -inf])).toBe(0)
    const x = array('int32', [1, 5, 9, 4, 5, 6], [2, 3])
    expect(runKernel('argMax', [x], { axis: 0 }, { shape: [3], dtype: 'int32' })).toEqual([1, 0, 0])
    expect(runKernel('argMax', [x], { axis: 1 }, { shape: [2], dtype: 'int32' })).toEqual([2, 2])
    expect(runKernel('argMin', [array('uint32', [4294967295, 3])], { axis: 0 }, { shape: [], dtype: 'int32' })).toEqual(
      [1],
    )
  })
})

describe('running sums and products', () => {
  const run = (name: string, x: NdArray, reverse: boolean, exclusive: boolean, axis = 0) =>
    runKernel(name, [x], { axis, reverse, exclusive })

  it('run forwards and backwards, with and without the element itself', () => {
    const x = array('float32', [1, 2, 3, 4])
    expect(run('cumsum', x, false, false)).toEqual([1, 3, 6, 10])
    expect(run('cumsum', x, true, false)).toEqual([10, 9, 7, 4])
    expect(run('cumsum', x, false, true)).toEqual([0, 1, 3, 6])
    expect(run('cumsum', x, true, true)).toEqual([9, 7, 4, 0])
    expect(run('cumprod', x, false, false)).toEqual([1, 2, 6, 24])
    expect(run('cumprod', x, true, true)).toEqual([24, 12, 4, 1])
  })

  it('run along any axis, wrap integers, accept empty arrays', () => {
    const x = array('int32', [1, 2, 3, 4, 5, 6], [2, 3])
    expect(run('cumsum', x, false, false)).toEqual([1, 2, 3, 5, 7, 9])
    expect(run('cumsum', x, false, false, 1)).toEqual([1, 3, 6, 4, 9, 15])
    expect(run('cumsum', array('int32', [2147483647, 1]), false, false)).toEqual([2147483647, -2147483648])
    expect(run('cumprod', array('uint32', [4294967295, 2]), false, false)).toEqual([4294967295, 4294967294])
    expect(run('cumsum', array('float32', [], [0, 2]), false, false)).toEqual([])
  })
})

describe('argsort', () => {
  const sorted = (values: readonly number[], descending: boolean) =>
    runKernel('argsort', [array('float64', values)], { axis: 0, descending }, { dtype: 'int32' })

  it('keeps the order of equal elements', () => {
    expect(sorted([2, 1, 2, 1, 0, -0], false)).toEqual([4, 5, 1, 3, 0, 2])
    expect(sorted([2, 1, 2, 1, 0, -0], true)).toEqual([0, 2, 1, 3, 4, 5])
    const values = [...noise([500], 7).data].map((value) => Math.round(value * 5))
    const order = sorted(values, true)
    for (let i = 1; i < order.length; i++) {
      const difference = values[order[i - 1]] - values[order[i]]
      expect(difference > 0 || (difference === 0 && order[i - 1] < order[i])).toBe(true)
    }
  })

  it('puts NaN last in both directions', () => {
    expect(sorted([nan, inf, 1, nan, -inf, inf], false)).toEqual([4, 2, 1, 5, 0, 3])
    expect(sorted([nan, inf, 1, nan, -inf, inf], true)).toEqual([1, 5, 2, 4, 0, 3])
  })

  it('sorts along any axis and accepts empty arrays', () => {
    const x = array('uint32', [3, 4294967295, 1, 2], [2, 2])
    expect(runKernel('argsort', [x], { axis: 0, descending: false }, { dtype: 'int32' })).toEqual([1, 1, 0, 0])
    expect(runKernel('argsort', [x], { axis: 1, descending: true }, { dtype: 'int32' })).toEqual([1, 0, 1, 0])
    expect(sorted([], false)).toEqual([])
  })
})
