import { alignRanks, type ConfigOf, type OptionsOf, requireSameShape } from '@gradus/core'
import { cast, equal, greater, type Tensor } from '@gradus/tensor'
import { MeanMetric } from './mean-metric.ts'

const fields = {
  /** Predictions above this value count as 1. */
  threshold: { type: 'number', default: 0.5 },
} as const

/** Options of `BinaryAccuracy`. */
export interface BinaryAccuracyConfig extends ConfigOf<typeof fields> {}

/**
 * The fraction of predictions that are on the same side of the threshold as their targets, which are 0 and 1 and have the shape
 * of the predictions; other shapes throw `ShapeError`. Source: Keras `metrics.BinaryAccuracy`.
 *
 * @example
 * import { BinaryAccuracy } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new BinaryAccuracy()
 * const state = metric.update(metric.init(), tensor([[1], [1], [0], [0]]), tensor([[0.98], [1], [0], [0.6]]))
 * metric.result(state).item() // => 0.75
 */
export class BinaryAccuracy extends MeanMetric<BinaryAccuracyConfig> {
  static readonly type = 'BinaryAccuracy'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  override get direction(): 'up' | 'down' {
    return 'up'
  }

  protected values(target: Tensor, prediction: Tensor): Tensor {
    const aligned = alignRanks(target, prediction)
    requireSameShape(this.type, aligned.target, aligned.prediction)
    const decided = greater(aligned.prediction, this.options.threshold)
    return cast(equal(cast(decided, target.dtype), aligned.target), 'float32')
  }
}
