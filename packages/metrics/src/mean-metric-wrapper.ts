import { type ConfigOf, type Kind, Loss, type MeanState, Metric, type OptionsOf, tensorFrom } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import { countedWeight } from './loss-metric.ts'
import { MeanMetric } from './mean-metric.ts'

const fields = {
  /** Returns a value per sample for targets and predictions: a function, a loss, or a metric that is a mean of values. */
  fn: {
    type: [
      'function' as Kind<(target: Tensor, prediction: Tensor) => Tensor>,
      'loss' as Kind<Loss>,
      'metric' as Kind<MeanMetric>,
    ],
    required: true,
    example: '(target, prediction) => max(abs(sub(prediction, target)), { axis: -1 })',
  },
} as const

/** Options of `MeanMetricWrapper`. */
export interface MeanMetricWrapperConfig extends ConfigOf<typeof fields> {}

/**
 * The weighted mean over all samples of what `fn(target, prediction)` returns: values `[batch]`, or `[batch, ...]`, which are averaged
 * per sample. Options of the function are those of a loss: `fn: new BinaryCrossentropy({ fromLogits: true })`. A metric with a plain
 * function cannot be saved as data. Source: Keras `metrics.MeanMetricWrapper`.
 *
 * @example
 * import { MeanMetricWrapper } from '@gradus/metrics'
 * import { abs, max, sub, tensor } from '@gradus/tensor'
 * const largestError = (target, prediction) => max(abs(sub(prediction, target)), { axis: -1 })
 * const metric = new MeanMetricWrapper({ fn: largestError, name: 'largest' })
 * const state = metric.update(metric.init(), tensor([[1, 2], [3, 4]]), tensor([[1, 4], [9, 4]]))
 * metric.result(state).item() // => 4
 */
export class MeanMetricWrapper extends MeanMetric<MeanMetricWrapperConfig> {
  static readonly type = 'MeanMetricWrapper'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  override get direction(): 'up' | 'down' {
    const { fn } = this.options
    return fn instanceof Metric ? fn.direction : 'down'
  }

  override init(): MeanState {
    const { fn } = this.options
    return fn instanceof Metric ? fn.init() : super.init()
  }

  override update(state: MeanState, target: Tensor, prediction: Tensor, weight?: Tensor): MeanState {
    const { fn } = this.options
    if (fn instanceof Metric) return fn.update(state, target, prediction, weight)
    return super.update(
      state,
      target,
      prediction,
      fn instanceof Loss ? countedWeight(fn, target, prediction, weight) : weight,
    )
  }

  protected values(target: Tensor, prediction: Tensor): Tensor {
    const fn = this.options.fn as Loss | ((target: Tensor, prediction: Tensor) => Tensor)
    return fn instanceof Loss
      ? fn.perSample(target, prediction)
      : tensorFrom(`${this.name}: fn`, fn(target, prediction))
  }
}
