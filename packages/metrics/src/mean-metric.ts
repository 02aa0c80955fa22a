import { addToMean, alignRanks, emptyMean, type MeanState, Metric, meanOf } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'

/**
 * Base class of metrics that are the weighted mean of one number per sample. A subclass computes the numbers. Keras:
 * `MeanMetricWrapper`.
 *
 * @example
 * import { MeanMetric } from '@gradus/metrics'
 * import { abs, max, sub, tensor } from '@gradus/tensor'
 * class LargestError extends MeanMetric {
 *   static readonly type = 'acme/LargestError'
 *   values(target, prediction) {
 *     return max(abs(sub(prediction, target)), { axis: -1 })
 *   }
 * }
 * const metric = new LargestError()
 * const state = metric.update(metric.init(), tensor([[1, 2], [3, 4]]), tensor([[1, 4], [9, 4]]))
 * metric.result(state).item() // => 4
 */
export abstract class MeanMetric<C extends object = object> extends Metric<C, MeanState> {
  /**
   * Returns one value per sample, or several, which are averaged: `[batch, ...]`. Target and prediction have equal ranks, unless they
   * differ by more than a last axis of size 1.
   */
  protected abstract values(target: Tensor, prediction: Tensor): Tensor

  init(): MeanState {
    return emptyMean()
  }

  update(state: MeanState, target: Tensor, prediction: Tensor, weight?: Tensor): MeanState {
    const aligned = alignRanks(target, prediction)
    return addToMean(state, this.values(aligned.target, aligned.prediction), weight)
  }

  result(state: MeanState): Tensor {
    return meanOf(state)
  }
}
