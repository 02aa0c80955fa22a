import { ShapeError } from '../errors.ts'
import { operation } from '../operation.ts'
import { normalizeAxes } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { cast, div, equal, notEqual, sub, where } from './arithmetic.ts'
import { reshape, sum } from './broadcast.ts'
import { sqrt, square } from './exponential.ts'
import { isFinite as finite, logicalAnd, logicalOr } from './logical.ts'
import { type ReduceOptions, reduceOptions } from './reduce.ts'
import { max, min } from './reduction.ts'
import { abs } from './rounding.ts'
import { floating, wide } from './wide.ts'

function countOf(name: string, x: Tensor, { axis }: ReduceOptions): number {
  return normalizeAxes(name, axis, x.rank).reduce((count, along) => count * x.shape[along]!, 1)
}

/**
 * The square root, with value and gradient 0 where `zero` holds: the infinite slope of the root times the slope 0 of a sum of
 * squares would be NaN.
 */
function rootUnless(zero: Tensor, x: Tensor): Tensor {
  return where(zero, 0, sqrt(where(zero, 1, x)))
}

/**
 * The mean over `axis`; NaN over nothing. The mean of integers and bools is float32.
 *
 * @example
 * import { mean, tensor } from '@gradus/tensor'
 * mean(tensor([[1, 2], [3, 4]]), { axis: 0 }).array() // => [2, 3]
 */
export const mean = /* @__PURE__ */ operation(
  'mean',
  (given: Tensor, options: ReduceOptions = {}): Tensor => {
    const x = floating(given)
    const count = countOf('mean', given, options)
    return cast(div(sum(wide(x), options), count), x.dtype)
  },
  ['tensor', reduceOptions],
)

/** The mean square distance from the mean over `axis` (divided by the count, not by one less). */
export const variance = /* @__PURE__ */ operation(
  'variance',
  (x: Tensor, options: ReduceOptions = {}): Tensor => moments(x, options).variance,
  ['tensor', reduceOptions],
)

/**
 * The square root of the variance over `axis`. Of equal values it is 0, and so is its gradient there, as in PyTorch.
 *
 * @example
 * import { std, tensor } from '@gradus/tensor'
 * std(tensor([[1, 3], [0.1, 0.1]]), { axis: 1 }).array() // => [1, 0]
 */
export const std = /* @__PURE__ */ operation(
  'std',
  (given: Tensor, options: ReduceOptions = {}): Tensor => {
    const x = floating(given)
    const count = countOf('std', given, options)
    const values = wide(x)
    const spread = variance(values, options)
    if (count === 0) return cast(spread, x.dtype) // NaN
    // the variance of equal values is 0 up to the rounding of their mean
    const level = logicalAnd(equal(max(values, options), min(values, options)), finite(spread))
    return cast(rootUnless(logicalOr(level, equal(spread, 0)), spread), x.dtype)
  },
  ['tensor', reduceOptions],
)

/** Mean and variance over `axis`, the variance in a second pass over the distances from the mean. */
export const moments = /* @__PURE__ */ operation(
  'moments',
  (given: Tensor, options: ReduceOptions = {}): { mean: Tensor; variance: Tensor } => {
    const x = floating(given)
    const count = countOf('moments', given, options)
    const values = wide(x)
    const center = div(sum(values, { ...options, keepDims: true }), count)
    const spread = div(sum(square(sub(values, center)), options), count)
    const mean = options.keepDims ? center : reshape(center, spread.shape)
    return { mean: cast(mean, x.dtype), variance: cast(spread, x.dtype) }
  },
  ['tensor', reduceOptions],
)

export interface NormOptions extends ReduceOptions {
  /** 1: sum of sizes, 2 (default): root of the sum of squares, Infinity: largest size. */
  readonly ord?: number
}

/** The length of the vectors along `axis` (of all elements by default); the gradient of a zero vector is 0. */
export const norm = /* @__PURE__ */ operation(
  'norm',
  (given: Tensor, { ord = 2, ...options }: NormOptions = {}): Tensor => {
    const x = floating(given)
    countOf('norm', given, options)
    if (ord === 1) return sum(abs(x), options)
    if (ord === Number.POSITIVE_INFINITY) return max(abs(x), options)
    if (ord !== 2) throw new ShapeError(`norm: ord ${String(ord)} is not known; use 1, 2 or Infinity.`)
    const squares = sum(square(wide(x)), options)
    return cast(rootUnless(equal(squares, 0), squares), x.dtype)
  },
  ['tensor', ['axis', 'keepDims', 'ord']],
)

/** The number of elements over `axis` that are not 0 (or are true), as int32. */
export const countNonzero = /* @__PURE__ */ operation(
  'countNonzero',
  (x: Tensor, options: ReduceOptions = {}): Tensor => sum(cast(notEqual(x, 0), 'int32'), options),
  ['tensor', reduceOptions],
)
