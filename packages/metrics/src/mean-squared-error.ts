import { alignFloats, requireSameShape } from '@gradus/core'
import { mean, square, sub, type Tensor } from '@gradus/tensor'
import { MeanMetric } from './mean-metric.ts'

/**
 * mean((prediction - target)^2) over all samples. Source: Keras `metrics.MeanSquaredError`.
 *
 * @example
 * import { MeanSquaredError } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new MeanSquaredError()
 * const state = metric.update(metric.init(), tensor([[0, 1], [0, 0]]), tensor([[2, 1], [0, 0]]))
 * metric.result(state).item() // => 1
 */
export class MeanSquaredError extends MeanMetric {
  static readonly type = 'MeanSquaredError'
  static readonly aliases = ['mse'] as const
  static override readonly fields = {}

  protected values(target: Tensor, prediction: Tensor): Tensor {
    const aligned = alignFloats(target, prediction)
    requireSameShape(this.type, aligned.target, aligned.prediction)
    return mean(square(sub(aligned.prediction, aligned.target)), { axis: -1 })
  }
}
