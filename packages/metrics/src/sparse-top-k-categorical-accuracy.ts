import { type ConfigOf, joinFields, type OptionsOf } from '@gradus/core'
import { classNumbers } from '@gradus/losses'
import { any, cast, equal, expandDims, sliceAxis, type Tensor } from '@gradus/tensor'
import { inTopK, topKFields } from './in-top-k.ts'
import { MeanMetric } from './mean-metric.ts'

const fields = /* @__PURE__ */ joinFields(topKFields, {
  /** Whether predictions are class numbers from the most to the least probable, and not scores of the classes. */
  fromSortedIds: { type: 'boolean', default: false },
} as const)

/** Options of `SparseTopKCategoricalAccuracy`. */
export interface SparseTopKCategoricalAccuracyConfig extends ConfigOf<typeof fields> {}

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
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  override get direction(): 'up' | 'down' {
    return 'up'
  }

  protected values(target: Tensor, prediction: Tensor): Tensor {
    const labels = classNumbers(target, prediction)
    const { k, fromSortedIds } = this.options
    if (!fromSortedIds) return inTopK(labels, prediction, k)
    const axis = prediction.rank - 1
    const best = sliceAxis(prediction, axis, 0, Math.min(k, prediction.shape[axis]!))
    return cast(any(equal(cast(expandDims(labels, -1), best.dtype), best), { axis: -1 }), 'float32')
  }
}
