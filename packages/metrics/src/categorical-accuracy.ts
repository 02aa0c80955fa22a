import { requireSameShape } from '@gradus/core'
import { argMax, cast, equal, type Tensor } from '@gradus/tensor'
import { MeanMetric } from './mean-metric.ts'

/**
 * The fraction of samples with the most probable class equal to that of the one-hot target `[batch, ..., classes]`. Predictions
 * are probabilities or logits of the same shape; other shapes throw `ShapeError`. Source: Keras `metrics.CategoricalAccuracy`.
 *
 * @example
 * import { CategoricalAccuracy } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new CategoricalAccuracy()
 * const state = metric.update(metric.init(), tensor([[0, 0, 1], [0, 1, 0]]), tensor([[0.1, 0.9, 0.8], [0.05, 0.95, 0]]))
 * metric.result(state).item() // => 0.5
 */
export class CategoricalAccuracy extends MeanMetric {
  static readonly type = 'CategoricalAccuracy'
  static override readonly fields = {}

  override get direction(): 'up' | 'down' {
    return 'up'
  }

  protected values(target: Tensor, prediction: Tensor): Tensor {
    requireSameShape(this.type, target, prediction)
    return cast(equal(argMax(target, { axis: -1 }), argMax(prediction, { axis: -1 })), 'float32')
  }
}
