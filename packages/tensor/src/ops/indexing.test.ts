import { cpu } from '@gradus/backend-cpu'
import { compile } from '@gradus/graph'
import { describe, expect, it } from 'vitest'
import { useBackend } from '../backend.ts'
import { ShapeError } from '../errors.ts'
import type { Tensor } from '../tensor.ts'
import { tensor, zeros } from './create.ts'
import { cumprod, cumsum, diff } from './cumulative.ts'
import { gather, oneHot, takeAlongAxis } from './indexing.ts'
import { scatter, scatterAdd, scatterUpdate } from './scatter.ts'
import { argsort, sort, topK } from './sorting.ts'

await useBackend(cpu())

const int = (values: number | number[] | number[][]) => tensor(values, { dtype: 'int32' })

describe('gather', () => {
  it('puts the shape of the indices in the place of the axis', () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ])
    expect(gather(x, int([[1], [0]])).array()).toEqual([[[4, 5, 6]], [[1, 2, 3]]])
    expect(gather(x, int(-1), { axis: 1 }).array()).toEqual([3, 6])
    expect(gather(x, int([2, 0]), { axis: -1 }).array()).toEqual([
      [3, 1],
      [6, 4],
    ])
  })

  it('throws for indices out of range on both sides', () => {
    expect(() => gather(tensor([1, 2]), int([0, 2]))).toThrow(
      'gather: the index 2, number 1 of indices of shape [2], does not exist in an axis of 2 elements. Use -2 to 1.',
    )
    expect(() => gather(tensor([1, 2]), int([-3]))).toThrow(RangeError)
    expect(() => gather(zeros([0, 2]), int([0]))).toThrow('The axis is empty.')
    expect(() => gather(tensor([1, 2]), tensor([2], { dtype: 'uint32' }))).toThrow(RangeError)
  })

  it('in a compiled function gives NaN for floats, and 0 for others', () => {
    const take = (x: Tensor) => compile((index: Tensor) => gather(x, index))(int([2, -3, -2])).array()
    expect(take(tensor([1, 2]))).toEqual([Number.NaN, Number.NaN, 1])
    expect(take(tensor([1, 2], { dtype: 'float16' }))).toEqual([Number.NaN, Number.NaN, 1])
    expect(take(tensor([1, 2], { dtype: 'int32' }))).toEqual([0, 0, 1])
    expect(take(tensor([true, true]))).toEqual([false, false, true])
  })

  it('refuses indices that are not integers', () => {
    expect(() => gather(tensor([1]), tensor([0]))).toThrow(/integer tensor and got float32/)
  })
})

describe('takeAlongAxis', () => {
  it('picks per row, column and broadcast', () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ])
    expect(
      takeAlongAxis(
        x,
        int([
          [2, 0],
          [1, -1],
        ]),
      ).array(),
    ).toEqual([
      [3, 1],
      [5, 6],
    ])
    expect(takeAlongAxis(x, int([[1, 0, 1]]), 0).array()).toEqual([[4, 2, 6]])
    expect(takeAlongAxis(x, int([[1]]), 1).array()).toEqual([[2], [5]])
    expect(() => takeAlongAxis(x, int([[3], [-4]]), 1)).toThrow('takeAlongAxis: the index 3')
    expect(compile((index: Tensor) => takeAlongAxis(x, index, 1))(int([[3], [-4]])).array()).toEqual([
      [Number.NaN],
      [Number.NaN],
    ])
  })

  it('refuses another rank', () => {
    expect(() => takeAlongAxis(zeros([2, 3]), int([1]))).toThrow(ShapeError)
  })
})

describe('oneHot', () => {
  it('has zeros for indices out of range, takes an axis and any dtype', () => {
    expect(oneHot(int([0, 2, 3, -1]), 3).array()).toEqual([
      [1, 0, 0],
      [0, 0, 1],
      [0, 0, 0],
      [0, 0, 0],
    ])
    expect(oneHot(int([0, 1]), 3, { axis: 0, dtype: 'int32' }).array()).toEqual([
      [1, 0],
      [0, 1],
      [0, 0],
    ])
    expect(oneHot(int(1), 2, { dtype: 'bool' }).array()).toEqual([false, true])
  })
})

describe('scatter', () => {
  it('adds duplicates and drops updates out of range', () => {
    const indices = int([
      [0, 1],
      [1, 0],
      [0, 1],
      [2, 0],
      [-1, -1],
    ])
    expect(scatter(indices, tensor([1, 2, 3, 4, 5]), [2, 2]).array()).toEqual([
      [0, 4],
      [2, 5],
    ])
  })

  it('places whole rows where fewer coordinates are given', () => {
    expect(
      scatter(
        int([[2], [0]]),
        tensor([
          [1, 2],
          [3, 4],
        ]),
        [3, 2],
      ).array(),
    ).toEqual([
      [3, 4],
      [0, 0],
      [1, 2],
    ])
  })

  it('names the shape that the values need', () => {
    expect(() => scatter(int([[0], [1]]), tensor([1, 2]), [3, 2])).toThrow(/must have \[2, 2\]/)
    expect(() => scatter(int([[0, 1, 2]]), tensor([1]), [3, 2])).toThrow(/k coordinates/)
  })
})

describe('scatterAdd', () => {
  it('adds along an axis and broadcasts updates', () => {
    expect(scatterAdd(tensor([[1, 1, 1]]), int([0, 0, -1, 3]), tensor([[1, 2, 3, 4]]), { axis: 1 }).array()).toEqual([
      [4, 1, 4],
    ])
    expect(scatterAdd(zeros([2, 2]), int([1, 1]), tensor([5, 6])).array()).toEqual([
      [0, 0],
      [10, 12],
    ])
  })
})

describe('scatterUpdate', () => {
  it('replaces, and lets the last of several updates win', () => {
    const x = tensor([Number.NaN, 2, 3])
    expect(scatterUpdate(x, int([[0], [2], [0], [9]]), tensor([7, 8, 9, 1])).array()).toEqual([9, 2, 8])
    expect(
      scatterUpdate(
        tensor([
          [1, 2],
          [3, 4],
        ]),
        int([[-1]]),
        tensor([[8, 9]]),
      ).array(),
    ).toEqual([
      [1, 2],
      [8, 9],
    ])
    expect(scatterUpdate(tensor([true, true]), int([[1]]), tensor([false])).array()).toEqual([true, false])
    expect(scatterUpdate(tensor([1, 2]), tensor([], { shape: [0, 1], dtype: 'int32' }), zeros([0])).array()).toEqual([
      1, 2,
    ])
  })
})

describe('sorting', () => {
  it('keeps the order of equal elements and puts NaN last', () => {
    const x = tensor([2, Number.NaN, 1, 2, -1])
    expect(argsort(x).array()).toEqual([4, 2, 0, 3, 1])
    expect(argsort(x, { descending: true }).array()).toEqual([0, 3, 2, 4, 1])
    expect(sort(x).array()).toEqual([-1, 1, 2, 2, Number.NaN])
  })

  it('sorts along any axis', () => {
    const x = tensor([
      [3, 1],
      [2, 5],
    ])
    expect(sort(x, { axis: 0 }).array()).toEqual([
      [2, 1],
      [3, 5],
    ])
    expect(
      sort(
        int([
          [3, 1],
          [2, 5],
        ]),
        { descending: true },
      ).array(),
    ).toEqual([
      [3, 1],
      [5, 2],
    ])
  })

  it('finds the top k, the first of equals first', () => {
    const { values, indices } = topK(
      tensor([
        [1, 4, 4, 2],
        [0, -1, -2, -3],
      ]),
      3,
    )
    expect(values.array()).toEqual([
      [4, 4, 2],
      [0, -1, -2],
    ])
    expect(indices.array()).toEqual([
      [1, 2, 3],
      [0, 1, 2],
    ])
    expect(() => topK(tensor([1, 2]), 3)).toThrow(/k is 3, but the last axis of \[2\] has 2/)
  })
})

describe('running sums and products', () => {
  it('run forwards, backwards and without the element itself', () => {
    const x = tensor([1, 2, 3, 4])
    expect(cumsum(x, { reverse: true }).array()).toEqual([10, 9, 7, 4])
    expect(cumsum(x, { reverse: true, exclusive: true }).array()).toEqual([9, 7, 4, 0])
    expect(cumprod(x).array()).toEqual([1, 2, 6, 24])
    expect(cumprod(x, { exclusive: true }).array()).toEqual([1, 1, 2, 6])
    expect(
      cumsum(
        tensor([
          [1, 2],
          [3, 4],
        ]),
        { axis: 0 },
      ).array(),
    ).toEqual([
      [1, 2],
      [4, 6],
    ])
  })

  it('take differences', () => {
    expect(diff(tensor([1, 4, 9, 16]), { n: 2 }).array()).toEqual([2, 2])
    expect(
      diff(
        tensor([
          [1, 2],
          [4, 6],
        ]),
        { axis: 0 },
      ).array(),
    ).toEqual([[3, 4]])
    expect(diff(tensor([1, 2]), { n: 2 }).shape).toEqual([0])
    expect(() => diff(tensor([1, 2]), { n: 3 })).toThrow(/n must be 0 to 2/)
  })
})
