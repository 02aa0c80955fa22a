import { type FloatDType, isFloat } from '../dtype.ts'
import { ShapeError } from '../errors.ts'
import { operation } from '../operation.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import { equal, greater, less, where } from './arithmetic.ts'
import { isNan } from './logical.ts'

/**
 * x limited to the range from `low` to `high` (`null`: no bound); NaN stays NaN. The gradient is 1 in the range, bounds
 * included, and 0 outside.
 *
 * @example
 * import { clip, tensor } from '@gradus/tensor'
 * clip(tensor([-2, 0.5, 2]), 0, 1).array() // => [0, 0.5, 1]
 */
export const clip = /* @__PURE__ */ operation(
  'clip',
  (x: Tensor, low: TensorLike | null, high: TensorLike | null): Tensor => {
    if (typeof low === 'number' && typeof high === 'number' && low > high) {
      throw new ShapeError(`clip: the lower bound ${low} is above the upper bound ${high}. Swap them.`)
    }
    const raised = low === null ? x : where(less(x, low), low, x)
    return high === null ? raised : where(greater(raised, high), high, raised)
  },
  ['tensor', 'any', 'any'],
)

/** The replacements of NaN and of the infinities: by default 0 and the largest finite numbers of the dtype. */
export interface NanToNumOptions {
  readonly nan?: number
  readonly posInf?: number
  readonly negInf?: number
}

const largestOf: Record<FloatDType, number> = {
  float16: 65504,
  float32: 3.4028234663852886e38,
  float64: 1.7976931348623157e308,
}

/** x with NaN and infinities replaced by finite numbers. No gradient flows to replaced elements. */
export const nanToNum = /* @__PURE__ */ operation(
  'nanToNum',
  (x: Tensor, { nan = 0, posInf, negInf }: NanToNumOptions = {}): Tensor => {
    if (!isFloat(x.dtype)) return x
    const largest = largestOf[x.dtype]
    const known = where(isNan(x), nan, x)
    const bounded = where(equal(known, Number.POSITIVE_INFINITY), posInf ?? largest, known)
    return where(equal(bounded, Number.NEGATIVE_INFINITY), negInf ?? -largest, bounded)
  },
  ['tensor', ['nan', 'posInf', 'negInf']],
)
