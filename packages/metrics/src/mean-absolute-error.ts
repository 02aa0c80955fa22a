import { alignFloats, requireSameShape } from '@gradus/core'
import { abs, mean, sub, type Tensor } from '@gradus/tensor'
import { MeanMetric } from './mean-metric.ts'

/**
 * mean(|prediction - target|) over all samples. Source: Keras `metrics.MeanAbsoluteError`.
 *
 * @example
 * import { MeanAbsoluteError } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new MeanAbsoluteError()
 * const state = metric.update(metric.init(), tensor([[0, 1], [0, 0]]), tensor([[2, 1], [0, 0]]))
 * metric.result(state).item() // => 0.5
 */
export class MeanAbsoluteError extends MeanMetric {
  static readonly type = 'MeanAbsoluteError'
  static readonly aliases = ['mae'] as const
  static override readonly fields = {}

  protected values(target: Tensor, prediction: Tensor): Tensor {
    const aligned = alignFloats(target, prediction)
    requireSameShape(this.type, aligned.target, aligned.prediction)
    return mean(abs(sub(aligned.prediction, aligned.target)), { axis: -1 })
  }
}
