import { alignRanks, type Fields, requireSameShape } from '@gradus/core'
import { cast, equal, greater, type Tensor } from '@gradus/tensor'
import { MeanMetric } from './mean-metric.ts'

export interface BinaryAccuracyConfig {
  /** Predictions above it count as 1. Default 0.5. */
  readonly threshold?: number
}

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
  static override readonly fields = { threshold: 'number' } satisfies Fields<BinaryAccuracyConfig>

  override get direction(): 'up' | 'down' {
    return 'up'
  }

  protected values(target: Tensor, prediction: Tensor): Tensor {
    const aligned = alignRanks(target, prediction)
    requireSameShape(this.type, aligned.target, aligned.prediction)
    const decided = greater(aligned.prediction, this.config.threshold ?? 0.5)
    return cast(equal(cast(decided, target.dtype), aligned.target), 'float32')
  }
}
