import { type ConfigOf, Loss, type OptionsOf, requireSameShape } from '@gradus/core'
import { add, div, mul, sub, sum, type Tensor } from '@gradus/tensor'
import { overlapAxis } from './overlap.ts'
import { epsilon } from './probability.ts'

const fields = {
  /** The weight of the parts of the targets that the predictions miss. */
  alpha: { type: 'number', default: 0.5 },
  /** The weight of the parts of the predictions outside the targets. */
  beta: { type: 'number', default: 0.5 },
  ...overlapAxis,
} as const

/** Options of `Tversky`. */
export interface TverskyConfig extends ConfigOf<typeof fields> {}

/**
 * Returns 1 - overlap / (overlap + `alpha` missed + `beta` wrong + 1e-7): the overlap of targets and predictions, the part of the
 * targets that the predictions miss, and the part of the predictions outside the targets. The sums are over `axis`, by default
 * over all elements. Throws `ShapeError` unless targets and predictions have the same shape. Source: Keras `losses.tversky`.
 *
 * @example
 * import { tversky } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * const loss = tversky(tensor([[1, 0], [1, 1]]), tensor([[1, 0], [0, 1]]), { axis: 1, alpha: 1 })
 * loss.array().map((x) => x.toFixed(4)) // => ['0.0000', '0.5000']
 */
export function tversky(
  target: Tensor,
  prediction: Tensor,
  { alpha = 0.5, beta = 0.5, axis }: Partial<OptionsOf<typeof fields>> = {},
): Tensor {
  requireSameShape('Tversky', target, prediction)
  const total = (x: Tensor, y: Tensor) => sum(mul(x, y), axis === undefined ? {} : { axis })
  const overlap = total(target, prediction)
  const missed = mul(total(sub(1, prediction), target), alpha)
  const wrong = mul(total(prediction, sub(1, target)), beta)
  return sub(1, div(overlap, add(add(add(overlap, missed), wrong), epsilon)))
}

/**
 * A loss for segmentation that weighs the two kinds of errors: with `alpha` above `beta`, parts that the predictions miss count more
 * than parts that they add. With 0.5 for both it is the Dice loss. Targets and predictions hold numbers from 0 to 1 and have the
 * same shape, except for a last axis of size 1; other shapes throw `ShapeError`. Without `axis` the loss is a scalar for the
 * batch. Source: Keras `losses.Tversky`, https://arxiv.org/abs/1706.05721.
 *
 * @example
 * import { Tversky } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * const loss = new Tversky({ alpha: 1 })
 * loss.call(tensor([[1, 0], [1, 1]]), tensor([[1, 0], [0, 1]])).item().toFixed(4) // => '0.3333'
 */
export class Tversky extends Loss<TverskyConfig> {
  static readonly type = 'Tversky'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  compute(target: Tensor, prediction: Tensor): Tensor {
    return tversky(target, prediction, this.options)
  }
}
