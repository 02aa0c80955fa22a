import { alignRanks, type ConfigOf, type OptionsOf, requireSameShape } from '@gradus/core'
import { cast, equal, greater, type Tensor } from '@gradus/tensor'
import { MeanMetric } from './mean-metric.ts'

const fields = {
  /** Predictions above it count as 1. */
  threshold: { type: 'number', default: 0.5 },
} as const

export interface BinaryAccuracyConfig extends ConfigOf<typeof fields> {}

/**
 * How often a prediction is on its target's side of the threshold; targets are 0 and 1. Several outputs of one sample are
 * averaged. Source: Keras `metrics.BinaryAccuracy`.
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
