import {
  alignRanks,
  asFloat,
  classNumbers,
  type Fields,
  type MeanState,
  type SparseCrossentropyOptions,
  sparseCategoricalCrossentropy,
} from '@gradus/core'
import { cast, mul, notEqual, type Tensor } from '@gradus/tensor'
import { MeanMetric } from './mean-metric.ts'

export interface SparseCategoricalCrossentropyConfig extends SparseCrossentropyOptions {}

/**
 * The mean over all samples of the loss of the same name. Source: Keras `metrics.SparseCategoricalCrossentropy`.
 *
 * @example
 * import { SparseCategoricalCrossentropy } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new SparseCategoricalCrossentropy({ fromLogits: true })
 * const state = metric.update(metric.init(), tensor([1, 0]), tensor([[100, 0], [100, 0]]))
 * metric.result(state).item() // => 50
 */
export class SparseCategoricalCrossentropy extends MeanMetric<SparseCategoricalCrossentropyConfig> {
  static readonly type = 'SparseCategoricalCrossentropy'
  static override readonly fields = {
    fromLogits: 'boolean',
    ignoreClass: 'integer',
    axis: 'integer',
  } satisfies Fields<SparseCategoricalCrossentropyConfig>

  protected values(target: Tensor, prediction: Tensor): Tensor {
    return sparseCategoricalCrossentropy(target, asFloat(prediction), this.config)
  }

  // Without weights Keras counts ignored samples with a value of 0; with weights they do not count.
  override update(state: MeanState, target: Tensor, prediction: Tensor, weight?: Tensor): MeanState {
    const { ignoreClass, axis } = this.config
    if (!weight || ignoreClass === undefined || ignoreClass === null)
      return super.update(state, target, prediction, weight)
    const counts = cast(notEqual(classNumbers(target, prediction, axis), ignoreClass), 'float32')
    const aligned = alignRanks(counts, cast(weight, 'float32'))
    return super.update(state, target, prediction, mul(aligned.target, aligned.prediction))
  }
}
