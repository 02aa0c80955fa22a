import { classNumbers } from '@gradus/losses'
import { argMax, cast, equal, type Tensor } from '@gradus/tensor'
import { MeanMetric } from './mean-metric.ts'

/**
 * The fraction of samples with the most probable class equal to the target, a class number: `[batch, ...]` or `[batch, ..., 1]`.
 * Predictions are probabilities or logits `[batch, ..., classes]`; other shapes throw `ShapeError`. Source: Keras
 * `metrics.SparseCategoricalAccuracy`.
 *
 * @example
 * import { SparseCategoricalAccuracy } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new SparseCategoricalAccuracy()
 * const state = metric.update(metric.init(), tensor([2, 1]), tensor([[0.1, 0.6, 0.3], [0.05, 0.95, 0]]))
 * metric.result(state).item() // => 0.5
 */
export class SparseCategoricalAccuracy extends MeanMetric {
  static readonly type = 'SparseCategoricalAccuracy'
  static override readonly fields = {}

  override get direction(): 'up' | 'down' {
    return 'up'
  }

  protected values(target: Tensor, prediction: Tensor): Tensor {
    return cast(equal(classNumbers(target, prediction), argMax(prediction, { axis: -1 })), 'float32')
  }
}
