import { type CrossentropyOptions, categoricalCrossentropy, type Fields, Loss } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'

export interface CategoricalCrossentropyConfig extends CrossentropyOptions {}

/**
 * For one-hot (or soft) targets: -sum(t log(p)) over the classes. Targets have the shape of the predictions. Probabilities
 * are divided by their sum and kept 1e-7 away from 0 and 1; with `fromLogits` the predictions come without a softmax, which
 * is more exact. `labelSmoothing` s makes targets t (1 - s) + s / classes. Source: Keras `losses.CategoricalCrossentropy`.
 *
 * @example
 * import { CategoricalCrossentropy } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * const loss = new CategoricalCrossentropy()
 * loss.call(tensor([[0, 1, 0]]), tensor([[0.05, 0.95, 0]])).item().toFixed(4) // => '0.0513'
 */
export class CategoricalCrossentropy extends Loss<CategoricalCrossentropyConfig> {
  static readonly type = 'CategoricalCrossentropy'
  static override readonly fields = {
    fromLogits: 'boolean',
    labelSmoothing: 'number',
    axis: 'integer',
  } satisfies Fields<CategoricalCrossentropyConfig>

  compute(target: Tensor, prediction: Tensor): Tensor {
    return categoricalCrossentropy(target, prediction, this.config)
  }
}
