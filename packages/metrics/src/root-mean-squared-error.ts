import { addToMean, alignFloats, emptyMean, type MeanState, Metric, meanOf, requireSameShape } from '@gradus/core'
import { sqrt, square, sub, type Tensor } from '@gradus/tensor'

/**
 * The root of the mean of squared errors over all samples. Targets have the shape of the predictions; other shapes throw
 * `ShapeError`. Source: Keras `metrics.RootMeanSquaredError`.
 *
 * @example
 * import { RootMeanSquaredError } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new RootMeanSquaredError()
 * const first = metric.update(metric.init(), tensor([[0, 0]]), tensor([[3, 3]]))
 * const state = metric.update(first, tensor([[0, 0]]), tensor([[4, 0]]))
 * metric.result(state).item().toFixed(4) // => '2.9155'
 */
export class RootMeanSquaredError extends Metric<object, MeanState> {
  static readonly type = 'RootMeanSquaredError'
  static readonly aliases = ['rmse'] as const
  static override readonly fields = {}

  init(): MeanState {
    return emptyMean()
  }

  update(state: MeanState, target: Tensor, prediction: Tensor, weight?: Tensor): MeanState {
    const aligned = alignFloats(target, prediction)
    requireSameShape(this.type, aligned.target, aligned.prediction)
    return addToMean(state, square(sub(aligned.prediction, aligned.target)), weight)
  }

  result(state: MeanState): Tensor {
    return sqrt(meanOf(state))
  }
}
