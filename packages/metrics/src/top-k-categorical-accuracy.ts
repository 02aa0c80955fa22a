import { type ConfigOf, type OptionsOf, requireSameShape } from '@gradus/core'
import { argMax, type Tensor } from '@gradus/tensor'
import { inTopK, topKFields } from './in-top-k.ts'
import { MeanMetric } from './mean-metric.ts'

/** Options of `TopKCategoricalAccuracy`. */
export interface TopKCategoricalAccuracyConfig extends ConfigOf<typeof topKFields> {}

/**
 * The fraction of samples with the class of the one-hot target among the `k` most probable ones. Targets and predictions are
 * `[batch, ..., classes]`; other shapes throw `ShapeError`. Source: Keras `metrics.TopKCategoricalAccuracy`.
 *
 * @example
 * import { TopKCategoricalAccuracy } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new TopKCategoricalAccuracy({ k: 2 })
 * const state = metric.update(metric.init(), tensor([[0, 0, 1], [1, 0, 0]]), tensor([[0.1, 0.9, 0.8], [0, 0.9, 0.1]]))
 * metric.result(state).item() // => 0.5
 */
export class TopKCategoricalAccuracy extends MeanMetric<TopKCategoricalAccuracyConfig> {
  static readonly type = 'TopKCategoricalAccuracy'
  static override readonly fields = topKFields
  declare readonly options: OptionsOf<typeof topKFields>

  override get direction(): 'up' | 'down' {
    return 'up'
  }

  protected values(target: Tensor, prediction: Tensor): Tensor {
    requireSameShape(this.type, target, prediction)
    return inTopK(argMax(target, { axis: -1 }), prediction, this.options.k)
  }
}
