import { operation } from '../operation.ts'
import { normalizeAxes } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { add, cast, div, maximum, mul } from './arithmetic.ts'
import { sum } from './broadcast.ts'
import { pow, rsqrt, square } from './exponential.ts'
import { l2Normalize } from './normalization.ts'
import { max } from './reduction.ts'
import { abs } from './rounding.ts'
import { mean } from './statistics.ts'
import { wide } from './wide.ts'

/** A factor that is broadcast to x, the axes (default the last), and the number added to the mean square (default 1e-7). */
export interface RmsNormalizationOptions {
  readonly scale?: Tensor
  readonly axis?: number | readonly number[]
  readonly epsilon?: number
}

/**
 * x / sqrt(mean(x^2) + epsilon) over `axis`, times `scale`. Keras: `rms_normalization` (Zhang and Sennrich, 2019).
 *
 * @example
 * import { rmsNormalization, tensor } from '@gradus/tensor'
 * rmsNormalization(tensor([3, 4]), { epsilon: 0 }).array() // => [0.848528, 1.131371]
 */
export const rmsNormalization = /* @__PURE__ */ operation(
  'rmsNormalization',
  (x: Tensor, { scale, axis = -1, epsilon = 1e-7 }: RmsNormalizationOptions = {}): Tensor => {
    const values = wide(x)
    const inverse = rsqrt(
      add(mean(square(values), { axis: normalizeAxes('rmsNormalization', axis, x.rank), keepDims: true }), epsilon),
    )
    const normal = mul(values, inverse)
    return cast(scale ? mul(normal, cast(scale, normal.dtype)) : normal, x.dtype)
  },
  ['tensor', ['scale', 'axis', 'epsilon']],
)

/** The axes (default the last), the order of the norm (default 2), and the least divisor (default 1e-7). */
export interface NormalizeOptions {
  readonly axis?: number | readonly number[]
  readonly order?: number
  readonly epsilon?: number
}

/**
 * `x` divided by its norm over `axis`, a positive order such as 1, 2 or Infinity. Keras: `normalize`.
 *
 * @example
 * import { normalize, tensor } from '@gradus/tensor'
 * normalize(tensor([1, 3]), { order: 1 }).array() // => [0.25, 0.75]
 */
export const normalize = /* @__PURE__ */ operation(
  'normalize',
  (x: Tensor, { axis = -1, order = 2, epsilon = 1e-7 }: NormalizeOptions = {}): Tensor => {
    if (order === 2) return l2Normalize(x, { axis, epsilon })
    const values = wide(x)
    const length = normOf(values, order, { axis: normalizeAxes('normalize', axis, x.rank), keepDims: true })
    return cast(div(values, maximum(length, epsilon)), x.dtype)
  },
  ['tensor', ['axis', 'order', 'epsilon']],
)

function normOf(x: Tensor, order: number, options: { readonly axis: number[]; readonly keepDims: true }): Tensor {
  const size = abs(x)
  if (order === Number.POSITIVE_INFINITY) return max(size, options)
  if (order === 1) return sum(size, options)
  return pow(sum(pow(size, order), options), 1 / order)
}
