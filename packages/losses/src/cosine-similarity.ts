import { type ConfigOf, Loss, type OptionsOf, requireSameShape } from '@gradus/core'
import { maximum, mul, neg, rsqrt, square, sum, type Tensor } from '@gradus/tensor'
import { epsilon } from './probability.ts'

const fields = {
  /** The axis of the vectors. */
  axis: { type: 'integer', default: -1 },
} as const

/** Options of `CosineSimilarity`. */
export interface CosineSimilarityConfig extends ConfigOf<typeof fields> {}

/**
 * Returns the negative cosine of the angle between targets and predictions along `axis` (default -1): -1 for equal directions, 0
 * for orthogonal ones and for vectors of length 0. Throws `ShapeError` unless both have the same shape. Source: Keras
 * `losses.cosine_similarity`.
 *
 * @example
 * import { cosineSimilarity } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * cosineSimilarity(tensor([[0, 1], [1, 0]]), tensor([[0, 2], [0, 2]])).array() // => [-1, -0]
 */
export function cosineSimilarity(
  target: Tensor,
  prediction: Tensor,
  { axis = -1 }: { readonly axis?: number | undefined } = {},
): Tensor {
  requireSameShape('CosineSimilarity', target, prediction)
  return neg(sum(mul(unit(target, axis), unit(prediction, axis)), { axis }))
}

/**
 * The negative cosine of the angle between targets and predictions: -1 for equal directions, 1 for opposite ones. Targets have the
 * shape of the predictions, except for a last axis of size 1; other shapes throw `ShapeError`. Source: Keras
 * `losses.CosineSimilarity`.
 *
 * @example
 * import { CosineSimilarity } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * new CosineSimilarity().call(tensor([[0, 1], [1, 0]]), tensor([[0, 2], [0, 2]])).item() // => -0.5
 */
export class CosineSimilarity extends Loss<CosineSimilarityConfig> {
  static readonly type = 'CosineSimilarity'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  compute(target: Tensor, prediction: Tensor): Tensor {
    return cosineSimilarity(target, prediction, this.options)
  }
}

// vectors shorter than epsilon are divided by epsilon
function unit(x: Tensor, axis: number): Tensor {
  return mul(x, rsqrt(maximum(sum(square(x), { axis, keepDims: true }), epsilon * epsilon)))
}
