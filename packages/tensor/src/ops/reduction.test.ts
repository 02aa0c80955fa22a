import { grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../backend.ts'
import * as ops from '../ops.ts'
import type { Tensor } from '../tensor.ts'
import { sum } from './broadcast.ts'
import { tensor, zeros } from './create.ts'
import { logSumExp } from './log-sum-exp.ts'
import { all, any, argMax, argMin, max, min, prod } from './reduction.ts'
import { countNonzero, mean, moments, norm, std, variance } from './statistics.ts'

beforeAll(async () => {
  await useBackend(cpu())
})

const inf = Number.POSITIVE_INFINITY
const f64 = (values: number[] | number[][]) => tensor(values, { dtype: 'float64' })
const slope = (f: (x: Tensor) => Tensor) => (x: Tensor) => grad((y: Tensor) => sum(f(y)))(x)

describe('reductions', () => {
  const x = () =>
    tensor([
      [1, 5, 2],
      [7, 2, 7],
    ])

  it('reduce over axes, negative ones included, and keep dimensions', () => {
    expect(max(x(), { axis: -1 }).array()).toEqual([5, 7])
    expect(min(x()).item()).toBe(1)
    expect(prod(x(), { axis: [0, 1] }).item()).toBe(980)
    expect(prod(x(), { axis: 0, keepDims: true }).array()).toEqual([[7, 10, 14]])
    expect(argMax(x(), { axis: 1 }).array()).toEqual([1, 0])
    expect(argMax(x(), { axis: 1, keepDims: true }).array()).toEqual([[1], [0]])
    expect(argMin(x()).item()).toBe(0)
    expect(argMax(x(), { keepDims: true }).array()).toEqual([[3]])
    expect(
      any(
        tensor([
          [true, false],
          [false, false],
        ]),
        { axis: 1 },
      ).array(),
    ).toEqual([true, false])
    expect(
      all(
        tensor([
          [true, false],
          [true, true],
        ]),
        { axis: 1 },
      ).array(),
    ).toEqual([false, true])
  })

  it('count bools, as in NumPy and Keras', () => {
    const bools = tensor([
      [true, false],
      [true, true],
    ])
    const counts = [ops.sum(bools), ops.prod(bools), ops.nansum(bools), ops.cumsum(bools), ops.cumprod(bools)]
    expect(counts.map((x) => x.array())).toEqual([
      3,
      0,
      3,
      [
        [1, 1],
        [1, 2],
      ],
      [
        [1, 0],
        [1, 1],
      ],
    ])
    expect(new Set(counts.map(({ dtype }) => dtype))).toEqual(new Set(['int32']))
    expect([ops.max(bools), ops.min(bools, { axis: 0 })].map((x) => [x.dtype, x.array()])).toEqual([
      ['bool', true],
      ['bool', [true, false]],
    ])
    expect([ops.argMax(bools, { axis: 1 }).array(), ops.argMin(bools).array()]).toEqual([[0, 0], 1])
    expect(
      [ops.median(bools), ops.quantile(tensor([1, 2], { dtype: 'int32' }), 0.5)].map((x) => [x.dtype, x.item()]),
    ).toEqual([
      ['float32', 1],
      ['float32', 1.5],
    ])
  })

  it('say what is wrong', () => {
    expect(() => max(zeros([2, 0]), { axis: 1 })).toThrow('max: axis 1 of [2, 0] is empty')
    expect(() => argMin(zeros([0]))).toThrow('argMin: axis 0 of [0] is empty')
    expect(() => any(x())).toThrow('any needs a bool tensor and got float32')
    expect(() => max(x(), { axis: 2 })).toThrow('axis 2 does not exist in a tensor of rank 2')
    expect(prod(zeros([0])).item()).toBe(1)
  })

  it('share the gradient of max among ties', () => {
    expect(
      slope((y) => max(y, { axis: 1 }))(
        f64([
          [1, 3, 3],
          [5, 2, 1],
        ]),
      ).array(),
    ).toEqual([
      [0, 0.5, 0.5],
      [1, 0, 0],
    ])
    expect(slope((y) => min(y))(f64([2, 1, 1, 1, 1])).array()).toEqual([0, 0.25, 0.25, 0.25, 0.25])
  })

  it('have the exact gradient of a product with zeros', () => {
    expect(
      slope((y) => prod(y, { axis: 1 }))(
        f64([
          [0, 2, 3],
          [0, 0, 5],
          [1, 2, 3],
        ]),
      ).array(),
    ).toEqual([
      [6, 0, 0],
      [0, 0, 0],
      [6, 3, 2],
    ])
    expect(
      slope((y) => prod(y))(
        f64([
          [2, 3],
          [5, 7],
        ]),
      ).array(),
    ).toEqual([
      [105, 70],
      [42, 30],
    ])
  })
})

describe('statistics', () => {
  const x = () =>
    f64([
      [1, 2, 6],
      [4, 4, 4],
    ])

  it('averages', () => {
    expect(mean(x(), { axis: 1 }).array()).toEqual([3, 4])
    expect(mean(x(), { axis: [0, 1], keepDims: true }).array()).toEqual([[3.5]])
    expect(variance(x(), { axis: 1 }).array()).toEqual([14 / 3, 0])
    expect(std(x(), { axis: 1, keepDims: true }).array()).toEqual([[Math.sqrt(14 / 3)], [0]])
    expect(mean(zeros([0])).item()).toBeNaN()
    const { mean: m, variance: v } = moments(x(), { axis: -1, keepDims: true })
    expect([m.shape, v.shape]).toEqual([
      [2, 1],
      [2, 1],
    ])
    expect(moments(x(), { axis: -1 }).mean.array()).toEqual([3, 4])
    for (const dtype of ['int32', 'bool', 'uint32'] as const) {
      const flags = tensor([1, 0, 1, 1], { dtype })
      for (const result of [mean(flags), std(flags), variance(flags), norm(flags)]) expect(result.dtype).toBe('float32')
      expect([mean(flags).item(), variance(flags).item(), norm(flags, { ord: 1 }).item()]).toEqual([0.75, 0.1875, 3])
    }
  })

  it('does not cancel in the variance', () => {
    expect(variance(f64([1e9, 1e9 + 1, 1e9 + 2])).item()).toBeCloseTo(2 / 3, 12)
  })

  it('sums in log space', () => {
    expect(
      logSumExp(
        f64([
          [1000, 1000],
          [-inf, -inf],
          [inf, 0],
        ]),
        { axis: 1 },
      ).array(),
    ).toEqual([1000 + Math.LN2, -inf, inf])
    expect(logSumExp(zeros([2, 0]), { axis: 1 }).array()).toEqual([-inf, -inf])
    expect(
      slope((y) => logSumExp(y, { axis: 1 }))(
        f64([
          [1000, 1000],
          [-inf, -inf],
        ]),
      ).array(),
    ).toEqual([
      [0.5, 0.5],
      [0, 0],
    ])
  })

  it('measures lengths', () => {
    const v = f64([
      [3, -4],
      [0, 0],
    ])
    expect(norm(v, { axis: 1 }).array()).toEqual([5, 0])
    expect(norm(v, { axis: 1, ord: 1 }).array()).toEqual([7, 0])
    expect(norm(v, { ord: inf }).item()).toBe(4)
    const gradient = [...slope((y) => norm(y, { axis: 1 }))(v).dataSync()]
    gradient.forEach((value, index) => {
      expect(value).toBeCloseTo([0.6, -0.8, 0, 0][index]!, 15)
    })
    expect(() => norm(v, { ord: 3 })).toThrow('ord 3 is not known')
  })

  it('counts', () => {
    expect(
      countNonzero(
        f64([
          [0, 2],
          [3, Number.NaN],
        ]),
        { axis: 1 },
      ).array(),
    ).toEqual([1, 2])
    expect(countNonzero(tensor([true, false, true])).item()).toBe(2)
  })
})
