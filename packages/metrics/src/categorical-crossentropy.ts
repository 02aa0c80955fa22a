import { alignFloats, type CrossentropyOptions, categoricalCrossentropy, type Fields } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import { MeanMetric } from './mean-metric.ts'

export interface CategoricalCrossentropyConfig extends CrossentropyOptions {}

/**
 * The mean over all samples of the loss of the same name. Source: Keras `metrics.CategoricalCrossentropy`.
 *
 * @example
 * import { CategoricalCrossentropy } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new CategoricalCrossentropy()
 * const state = metric.update(metric.init(), tensor([[0, 1], [0, 1]]), tensor([[0.5, 0.5], [0.5, 0.5]]))
 * metric.result(state).item().toFixed(4) // => '0.6931'
 */
export class CategoricalCrossentropy extends MeanMetric<CategoricalCrossentropyConfig> {
  static readonly type = 'CategoricalCrossentropy'
  static override readonly fields = {
    fromLogits: 'boolean',
    labelSmoothing: 'number',
    axis: 'integer',
  } satisfies Fields<CategoricalCrossentropyConfig>

  protected values(target: Tensor, prediction: Tensor): Tensor {
    const aligned = alignFloats(target, prediction)
    return categoricalCrossentropy(aligned.target, aligned.prediction, this.config)
  }
}
