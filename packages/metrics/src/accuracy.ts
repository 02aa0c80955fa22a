import { alignRanks, requireSameShape } from '@gradus/core'
import { cast, equal, type Tensor } from '@gradus/tensor'
import { MeanMetric } from './mean-metric.ts'

/**
 * The fraction of predictions that equal their targets exactly; both have the same shape, otherwise `ShapeError` is thrown. In
 * `compile` the name `accuracy` means the accuracy that fits the shapes instead. Source: Keras `metrics.Accuracy`.
 *
 * @example
 * import { Accuracy } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new Accuracy()
 * const state = metric.update(metric.init(), tensor([1, 2, 3, 4]), tensor([0, 2, 3, 4]))
 * metric.result(state).item() // => 0.75
 */
export class Accuracy extends MeanMetric {
  static readonly type = 'Accuracy'
  static override readonly fields = {}

  override get direction(): 'up' | 'down' {
    return 'up'
  }

  protected values(target: Tensor, prediction: Tensor): Tensor {
    const aligned = alignRanks(cast(target, prediction.dtype), prediction)
    requireSameShape(this.type, aligned.target, aligned.prediction)
    return cast(equal(aligned.target, aligned.prediction), 'float32')
  }
}
