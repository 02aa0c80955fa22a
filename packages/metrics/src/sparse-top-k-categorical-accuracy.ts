import type { ConfigOf, OptionsOf } from '@gradus/core'
import { classNumbers } from '@gradus/losses'
import type { Tensor } from '@gradus/tensor'
import { inTopK, topKFields } from './in-top-k.ts'
import { MeanMetric } from './mean-metric.ts'

/** Options of `SparseTopKCategoricalAccuracy`. */
export interface SparseTopKCategoricalAccuracyConfig extends ConfigOf<typeof topKFields> {}

/**
 * The fraction of samples with the target, a class number `[batch, ...]`, among the `k` most probable classes of the predictions
 * `[batch, ..., classes]`. Other shapes throw `ShapeError`. Source: Keras `metrics.SparseTopKCategoricalAccuracy`.
 *
 * @example
 * import { SparseTopKCategoricalAccuracy } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new SparseTopKCategoricalAccuracy({ k: 2 })
 * const state = metric.update(metric.init(), tensor([2, 0]), tensor([[0.1, 0.9, 0.8], [0, 0.9, 0.1]]))
 * metric.result(state).item() // => 0.5
 */
export class SparseTopKCategoricalAccuracy extends MeanMetric<SparseTopKCategoricalAccuracyConfig> {
  static readonly type = 'SparseTopKCategoricalAccuracy'
  static override readonly fields = topKFields
  declare readonly options: OptionsOf<typeof topKFields>

  override get direction(): 'up' | 'down' {
    return 'up'
  }

  protected values(target: Tensor, prediction: Tensor): Tensor {
    return inTopK(classNumbers(target, prediction), prediction, this.options.k)
  }
}
