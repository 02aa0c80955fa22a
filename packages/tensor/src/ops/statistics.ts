import { computeDType, isFloat } from '../dtype.ts'
import { ShapeError } from '../errors.ts'
import { operation } from '../operation.ts'
import { normalizeAxes } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { cast, div, equal, notEqual, sub, where } from './arithmetic.ts'
import { reshape, sum } from './broadcast.ts'
import { sqrt, square } from './exponential.ts'
import type { ReduceOptions } from './reduce.ts'
import { max } from './reduction.ts'
import { abs } from './rounding.ts'

function countOf(name: string, x: Tensor, { axis }: ReduceOptions): number {
  if (!isFloat(x.dtype))
    throw new ShapeError(`${name} needs a float tensor and got ${x.dtype}. Use cast(x, 'float32').`)
  return normalizeAxes(name, axis, x.rank).reduce((count, along) => count * x.shape[along]!, 1)
}

/** Float16 as float32, because sums soon exceed the largest float16. */
function wide(x: Tensor): Tensor {
  return cast(x, computeDType(x.dtype))
}

/**
 * The mean over `axis`; NaN over nothing. Throws `ShapeError` for integers and bools.
 *
 * @example
 * import { mean, tensor } from '@gradus/tensor'
 * mean(tensor([[1, 2], [3, 4]]), { axis: 0 }).array() // => [2, 3]
 */
export const mean = /* @__PURE__ */ operation('mean', (x: Tensor, options: ReduceOptions = {}): Tensor => {
  const count = countOf('mean', x, options)
  return cast(div(sum(wide(x), options), count), x.dtype)
})

/** The mean square distance from the mean over `axis` (divided by the count, not by one less). */
export const variance = /* @__PURE__ */ operation(
  'variance',
  (x: Tensor, options: ReduceOptions = {}): Tensor => moments(x, options).variance,
)

/** The square root of the variance over `axis`; its gradient is not finite where the variance is 0. */
export const std = /* @__PURE__ */ operation(
  'std',
  (x: Tensor, options: ReduceOptions = {}): Tensor => sqrt(variance(x, options)),
)

/** Mean and variance over `axis`, the variance in a second pass over the distances from the mean. */
export const moments = /* @__PURE__ */ operation(
  'moments',
  (x: Tensor, options: ReduceOptions = {}): { mean: Tensor; variance: Tensor } => {
    const count = countOf('moments', x, options)
    const values = wide(x)
    const center = div(sum(values, { ...options, keepDims: true }), count)
    const spread = div(sum(square(sub(values, center)), options), count)
    const mean = options.keepDims ? center : reshape(center, spread.shape)
    return { mean: cast(mean, x.dtype), variance: cast(spread, x.dtype) }
  },
)

export interface NormOptions extends ReduceOptions {
  /** 1: sum of sizes, 2 (default): root of the sum of squares, Infinity: largest size. */
  readonly ord?: number
}

/** The length of the vectors along `axis` (of all elements by default); the gradient of a zero vector is 0. */
export const norm = /* @__PURE__ */ operation(
  'norm',
  (x: Tensor, { ord = 2, ...options }: NormOptions = {}): Tensor => {
    countOf('norm', x, options)
    if (ord === 1) return sum(abs(x), options)
    if (ord === Number.POSITIVE_INFINITY) return max(abs(x), options)
    if (ord !== 2) throw new ShapeError(`norm: ord ${String(ord)} is not known; use 1, 2 or Infinity.`)
    const squares = sum(square(wide(x)), options)
    // the root of 0 is avoided: its infinite slope times the zero slope of the squares would be NaN
    const none = equal(squares, 0)
    return cast(where(none, 0, sqrt(where(none, 1, squares))), x.dtype)
  },
)

/** The number of elements over `axis` that are not 0 (or are true), as int32. */
export const countNonzero = /* @__PURE__ */ operation(
  'countNonzero',
  (x: Tensor, options: ReduceOptions = {}): Tensor => sum(cast(notEqual(x, 0), 'int32'), options),
)
