import { checkArguments } from '../arguments.ts'
import { apply } from '../interpreter.ts'
import type { Op } from '../op.ts'
import { operation, operationOf } from '../operation.ts'
import { normalizeAxes } from '../shape.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import { add, cast, div, maximum, mul, sub } from './arithmetic.ts'
import { broadcastTo, sum } from './broadcast.ts'
import { rsqrt } from './exponential.ts'
import { likeInput, requireFloat } from './rules.ts'
import { wide } from './wide.ts'

/** `x` with mean 0 and variance 1 over `axes`: (x - mean) / sqrt(variance + epsilon). */
const layerNormalizationOp: Op<{ axes: readonly number[]; epsilon: number }> = {
  name: 'layerNormalization',
  shape: /* @__PURE__ */ likeInput('layerNormalization', requireFloat),
  inline([x], { axes, epsilon }) {
    const { centered, scale } = standardized(x!, axes, epsilon)
    return cast(mul(centered, scale), x!.dtype)
  },
  // dx = (ct - mean(ct) - y mean(ct y)) / sqrt(variance + epsilon)
  vjp(ct, [x], { axes, epsilon }, result) {
    const { centered, scale } = standardized(x!, axes, epsilon)
    const given = wide(ct)
    const y = result.dtype === scale.dtype ? result : mul(centered, scale)
    const inner = sub(sub(given, meanOver(given, axes)), mul(y, meanOver(mul(given, y), axes)))
    return [cast(mul(inner, scale), x!.dtype)]
  },
}

/** The distances from the mean, and the factor that makes their variance 1. */
function standardized(x: Tensor, axes: readonly number[], epsilon: number): { centered: Tensor; scale: Tensor } {
  const values = wide(x)
  const centered = sub(values, meanOver(values, axes))
  return { centered, scale: rsqrt(add(meanOver(mul(centered, centered), axes), epsilon)) }
}

/** The mean over `axes`, which stay as size 1. */
function meanOver(x: Tensor, axes: readonly number[]): Tensor {
  const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1)
  return mul(sum(x, { axis: axes, keepDims: true }), 1 / count)
}

/** The axes (the last by default), and the number that is added to the variance. */
export interface NormalizationOptions {
  readonly axis?: number | readonly number[]
  readonly epsilon?: number
}

/**
 * `x` with mean 0 and variance 1 over `axis`, before any scale and offset: (x - mean) / sqrt(variance + epsilon), with the
 * biased variance. Over the last axis it is layer normalization (Ba et al., 2016); over all axes but the channels it is
 * batch normalization in training. Epsilon is 1e-3 by default, as in Keras.
 *
 * @example
 * import { layerNormalization, tensor } from '@gradus/tensor'
 * layerNormalization(tensor([[1, 3]]), { epsilon: 0 }).array() // => [[-1, 1]]
 */
export const layerNormalization = /* @__PURE__ */ operationOf(
  layerNormalizationOp,
  (x: Tensor, { axis = -1, epsilon = 1e-3 }: NormalizationOptions = {}): Tensor =>
    apply(layerNormalizationOp, [x], { axes: normalizeAxes('layerNormalization', axis, x.rank), epsilon }),
  ['tensor', ['axis', 'epsilon']],
)

/**
 * Mean and biased variance over `axes`, which stay as size 1. With a `mask` (bool or weights, broadcast to x) elements
 * are weighted, and sums are divided by sum(mask) + 1e-7 as in Keras.
 *
 * @example
 * import { batchMoments, tensor } from '@gradus/tensor'
 * const { mean, variance } = batchMoments(tensor([[1, 2], [3, 6]]), [0])
 * mean.array() // => [[2, 4]]
 * variance.array() // => [[1, 4]]
 */
export function batchMoments(x: Tensor, axes: readonly number[], mask?: Tensor): { mean: Tensor; variance: Tensor } {
  checkArguments('batchMoments', [x, axes, mask], ['tensor', 'axes?', 'any'])
  const over = normalizeAxes('batchMoments', axes, x.rank)
  const values = wide(x)
  const rounded = (mean: Tensor, variance: Tensor) => ({ mean: cast(mean, x.dtype), variance: cast(variance, x.dtype) })
  if (!mask) {
    const mean = meanOver(values, over)
    const centered = sub(values, mean)
    return rounded(mean, meanOver(mul(centered, centered), over))
  }
  const weights = broadcastTo(cast(mask, values.dtype), x.shape)
  const total = add(sum(weights, { axis: over, keepDims: true }), 1e-7)
  const mean = div(sum(mul(weights, values), { axis: over, keepDims: true }), total)
  const centered = sub(values, mean)
  return rounded(mean, div(sum(mul(weights, mul(centered, centered)), { axis: over, keepDims: true }), total))
}

/**
 * `(x - mean) / sqrt(variance + epsilon) * scale + offset`; everything is broadcast to x. Scale and offset are optional. As in
 * Keras, x is multiplied by one factor and one summand is added per channel.
 */
export const batchNormalization = /* @__PURE__ */ operation(
  'batchNormalization',
  (
    x: Tensor,
    mean: Tensor,
    variance: Tensor,
    scale?: TensorLike | null,
    offset?: TensorLike | null,
    epsilon: number = 1e-3,
  ): Tensor => {
    const inverse = rsqrt(add(variance, epsilon))
    const factor = scale === undefined || scale === null ? inverse : mul(inverse, scale)
    const shift = mul(mean, factor)
    const scaled = mul(x, factor)
    return offset === undefined || offset === null ? sub(scaled, shift) : add(scaled, sub(offset, shift))
  },
  ['tensor', 'tensor', 'tensor', 'any', 'any', 'any'],
)

/**
 * `x` divided by its Euclidean norm over `axis`, which counts as at least `epsilon`.
 *
 * @example
 * import { l2Normalize, tensor } from '@gradus/tensor'
 * l2Normalize(tensor([0, 0, 2])).array() // => [0, 0, 1]
 */
export const l2Normalize = /* @__PURE__ */ operation(
  'l2Normalize',
  (x: Tensor, { axis = -1, epsilon = 1e-12 }: NormalizationOptions = {}): Tensor => {
    const axes = normalizeAxes('l2Normalize', axis, x.rank)
    const values = wide(x)
    const squares = sum(mul(values, values), { axis: axes, keepDims: true })
    return cast(mul(values, rsqrt(maximum(squares, epsilon * epsilon))), x.dtype)
  },
  ['tensor', ['axis', 'epsilon']],
)
