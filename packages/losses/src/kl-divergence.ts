import { Loss, requireSameShape } from '@gradus/core'
import { clip, div, log, mul, sum, type Tensor } from '@gradus/tensor'
import { epsilon } from './probability.ts'

/**
 * Returns sum(target log(target / prediction)) over the last axis. Both are probabilities, which are clipped to 1e-7 and 1.
 * Throws `ShapeError` unless targets and predictions have the same shape. Source: Keras `losses.kl_divergence`.
 *
 * @example
 * import { klDivergence } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * klDivergence(tensor([[0.25, 0.75]]), tensor([[0.25, 0.75]])).array() // => [0]
 */
export function klDivergence(target: Tensor, prediction: Tensor): Tensor {
  requireSameShape('KLDivergence', target, prediction)
  const t = clip(target, epsilon, 1)
  return sum(mul(t, log(div(t, clip(prediction, epsilon, 1)))), { axis: -1 })
}

/**
 * sum(target log(target / prediction)) over the last axis, per sample. Both are probabilities, which are clipped to 1e-7 and 1.
 * Targets have the shape of the predictions, except for a last axis of size 1; other shapes throw `ShapeError`. Source: Keras
 * `losses.KLDivergence`.
 *
 * @example
 * import { KLDivergence } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * new KLDivergence().call(tensor([[0, 1]]), tensor([[0.5, 0.5]])).item().toFixed(4) // => '0.6931'
 */
export class KLDivergence extends Loss {
  static readonly type = 'KLDivergence'
  static readonly aliases = ['kld', 'kullbackLeiblerDivergence'] as const
  static override readonly fields = {}

  compute(target: Tensor, prediction: Tensor): Tensor {
    return klDivergence(target, prediction)
  }
}
