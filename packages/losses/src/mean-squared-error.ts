import { Loss, requireSameShape } from '@gradus/core'
import { mean, square, sub, type Tensor } from '@gradus/tensor'

/**
 * Returns mean((prediction - target)^2) over the last axis. Throws `ShapeError` unless targets and predictions have the same
 * shape. Source: Keras `losses.mean_squared_error`.
 *
 * @example
 * import { meanSquaredError } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * meanSquaredError(tensor([[0, 1], [0, 0]]), tensor([[1, 1], [3, 1]])).array() // => [0.5, 5]
 */
export function meanSquaredError(target: Tensor, prediction: Tensor): Tensor {
  requireSameShape('MeanSquaredError', target, prediction)
  return mean(square(sub(prediction, target)), { axis: -1 })
}

/**
 * mean((prediction - target)^2) over the last axis, per sample. Targets have the shape of the predictions, except for a
 * last axis of size 1; other shapes throw `ShapeError`. Source: Keras `losses.MeanSquaredError`.
 *
 * @example
 * import { MeanSquaredError } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * new MeanSquaredError().call(tensor([[0, 1], [0, 0]]), tensor([[1, 1], [1, 0]])).item() // => 0.5
 */
export class MeanSquaredError extends Loss {
  static readonly type = 'MeanSquaredError'
  static readonly aliases = ['mse'] as const
  static override readonly fields = {}

  compute(target: Tensor, prediction: Tensor): Tensor {
    return meanSquaredError(target, prediction)
  }
}
