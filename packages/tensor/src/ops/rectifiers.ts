import { operation } from '../operation.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import { relu } from './activation.ts'
import { add, div, greater, greaterEqual, less, mul, neg, sub, where } from './arithmetic.ts'
import { expm1 } from './exponential.ts'
import { asTensor } from './operands.ts'
import { abs } from './rounding.ts'

/** min(x, 0), so that the exponential cannot overflow where its result is not used. */
function negativePart(x: Tensor): Tensor {
  return neg(relu(neg(x)))
}

/**
 * x where it is not negative, `negativeSlope` (default 0.2) times x elsewhere. Keras: `leaky_relu`.
 *
 * @example
 * import { leakyRelu, tensor } from '@gradus/tensor'
 * leakyRelu(tensor([-4, 2]), { negativeSlope: 0.5 }).array() // => [-2, 2]
 */
export const leakyRelu = /* @__PURE__ */ operation(
  'leakyRelu',
  (x: TensorLike, { negativeSlope = 0.2 }: { readonly negativeSlope?: number } = {}): Tensor => {
    const value = asTensor('leakyRelu', x)
    return where(greaterEqual(value, 0), value, mul(value, negativeSlope))
  },
  ['any', ['negativeSlope']],
)

/** The negative of the limit for x far below 0, 1 by default. */
export interface AlphaOptions {
  readonly alpha?: number
}

/**
 * x where it is not negative, alpha * (exp(x) - 1) elsewhere. Keras: `elu` (Clevert et al., 2016).
 *
 * @example
 * import { elu, tensor } from '@gradus/tensor'
 * elu(tensor([-100, 2]), { alpha: 0.5 }).array() // => [-0.5, 2]
 */
export const elu = /* @__PURE__ */ operation(
  'elu',
  (x: TensorLike, { alpha = 1 }: AlphaOptions = {}): Tensor => {
    const value = asTensor('elu', x)
    return where(greaterEqual(value, 0), value, mul(expm1(negativePart(value)), alpha))
  },
  ['any', ['alpha']],
)

/**
 * max(x, 0) + alpha * (exp(min(x, 0) / alpha) - 1), which is smooth for every alpha. Keras: `celu` (Barron, 2017).
 *
 * @example
 * import { celu, tensor } from '@gradus/tensor'
 * celu(tensor([-100, 2]), { alpha: 0.5 }).array() // => [-0.5, 2]
 */
export const celu = /* @__PURE__ */ operation(
  'celu',
  (x: TensorLike, { alpha = 1 }: AlphaOptions = {}): Tensor => {
    const value = asTensor('celu', x)
    return where(greaterEqual(value, 0), value, mul(expm1(div(negativePart(value), alpha)), alpha))
  },
  ['any', ['alpha']],
)

// the constants of the fixed point with mean 0 and variance 1: appendix A of the paper
const seluAlpha = 1.6732632423543772
const seluScale = 1.0507009873554805

/**
 * An `elu` with the factors for which mean 0 and variance 1 are kept from layer to layer. Keras: `selu` (Klambauer et al., 2017).
 *
 * @example
 * import { selu, tensor } from '@gradus/tensor'
 * selu(tensor([-100, 1])).array() // => [-1.758099, 1.050701]
 */
export const selu = /* @__PURE__ */ operation(
  'selu',
  (x: TensorLike): Tensor => {
    const value = asTensor('selu', x)
    return mul(where(greaterEqual(value, 0), value, mul(expm1(negativePart(value)), seluAlpha)), seluScale)
  },
  ['any'],
)

/**
 * x where it exceeds `limit`, `other` elsewhere. Keras: `threshold`.
 *
 * @example
 * import { tensor, threshold } from '@gradus/tensor'
 * threshold(tensor([1, 5]), 2, -1).array() // => [-1, 5]
 */
export const threshold = /* @__PURE__ */ operation(
  'threshold',
  (x: TensorLike, limit: number, other: number): Tensor => {
    const value = asTensor('threshold', x)
    return where(greater(value, limit), value, other)
  },
  ['any', 'any', 'any'],
)

/** The size up to which x counts as 0, 0.5 by default. */
export interface ShrinkOptions {
  readonly threshold?: number
}

/**
 * x where |x| exceeds the threshold, 0 elsewhere. Keras: `hard_shrink`.
 *
 * @example
 * import { hardShrink, tensor } from '@gradus/tensor'
 * hardShrink(tensor([-2, 0.25, 1])).array() // => [-2, 0, 1]
 */
export const hardShrink = /* @__PURE__ */ operation(
  'hardShrink',
  (x: TensorLike, { threshold: limit = 0.5 }: ShrinkOptions = {}): Tensor => {
    const value = asTensor('hardShrink', x)
    return where(greater(abs(value), limit), value, 0)
  },
  ['any', ['threshold']],
)

/**
 * x moved towards 0 by the threshold, and 0 where |x| is below it. Keras: `soft_shrink`.
 *
 * @example
 * import { softShrink, tensor } from '@gradus/tensor'
 * softShrink(tensor([-2, 0.25, 1])).array() // => [-1.5, 0, 0.5]
 */
export const softShrink = /* @__PURE__ */ operation(
  'softShrink',
  (x: TensorLike, { threshold: limit = 0.5 }: ShrinkOptions = {}): Tensor => {
    const value = asTensor('softShrink', x)
    return where(greater(value, limit), sub(value, limit), where(less(value, -limit), add(value, limit), 0))
  },
  ['any', ['threshold']],
)
