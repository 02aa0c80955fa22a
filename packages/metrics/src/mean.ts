import { addToMean, emptyMean, type MeanState, Metric, meanOf } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'

/**
 * The weighted mean of the predictions, averaged per sample first. Targets are ignored. Source: Keras `metrics.Mean`.
 *
 * @example
 * import { Mean } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const mean = new Mean()
 * const state = mean.add(mean.init(), tensor([1, 3, 5, 7]), tensor([1, 1, 0, 0]))
 * mean.result(state).item() // => 2
 */
export class Mean extends Metric<object, MeanState> {
  static readonly type = 'Mean'
  static override readonly fields = {}

  init(): MeanState {
    return emptyMean()
  }

  /** Returns the state after more values, `[batch, ...]` or a scalar, with optional weights. */
  add(state: MeanState, values: Tensor, weight?: Tensor): MeanState {
    return addToMean(state, values, weight)
  }

  update(state: MeanState, _target: Tensor, prediction: Tensor, weight?: Tensor): MeanState {
    return this.add(state, prediction, weight)
  }

  result(state: MeanState): Tensor {
    return meanOf(state)
  }
}
