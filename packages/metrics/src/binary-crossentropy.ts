import { alignFloats, binaryCrossentropy, type CrossentropyOptions, type Fields } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import { MeanMetric } from './mean-metric.ts'

export interface BinaryCrossentropyConfig extends CrossentropyOptions {}

/**
 * The mean over all samples of the loss of the same name. Source: Keras `metrics.BinaryCrossentropy`.
 *
 * @example
 * import { BinaryCrossentropy } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new BinaryCrossentropy()
 * const state = metric.update(metric.init(), tensor([[0, 1], [0, 1]]), tensor([[0.5, 0.5], [0.5, 0.5]]))
 * metric.result(state).item().toFixed(4) // => '0.6931'
 */
export class BinaryCrossentropy extends MeanMetric<BinaryCrossentropyConfig> {
  static readonly type = 'BinaryCrossentropy'
  static readonly aliases = ['bce'] as const
  static override readonly fields = {
    fromLogits: 'boolean',
    labelSmoothing: 'number',
    axis: 'integer',
  } satisfies Fields<BinaryCrossentropyConfig>

  protected values(target: Tensor, prediction: Tensor): Tensor {
    const aligned = alignFloats(target, prediction)
    return binaryCrossentropy(aligned.target, aligned.prediction, this.config)
  }
}
