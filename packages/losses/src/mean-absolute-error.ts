import { Loss, requireSameShape } from '@gradus/core'
import { abs, mean, sub, type Tensor } from '@gradus/tensor'

/**
 * Returns mean(|prediction - target|) over the last axis. Throws `ShapeError` unless targets and predictions have the same shape.
 * Source: Keras `losses.mean_absolute_error`.
 *
 * @example
 * import { meanAbsoluteError } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * meanAbsoluteError(tensor([[0, 1], [0, 0]]), tensor([[3, 1], [1, 0]])).array() // => [1.5, 0.5]
 */
export function meanAbsoluteError(target: Tensor, prediction: Tensor): Tensor {
  requireSameShape('MeanAbsoluteError', target, prediction)
  return mean(abs(sub(prediction, target)), { axis: -1 })
}

/**
 * mean(|prediction - target|) over the last axis, per sample. Targets have the shape of the predictions, except for a last axis
 * of size 1; other shapes throw `ShapeError`. Source: Keras `losses.MeanAbsoluteError`.
 *
 * @example
 * import { MeanAbsoluteError } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * new MeanAbsoluteError().call(tensor([[0, 1], [0, 0]]), tensor([[3, 1], [1, 0]])).item() // => 1
 */
export class MeanAbsoluteError extends Loss {
  static readonly type = 'MeanAbsoluteError'
  static readonly aliases = ['mae'] as const
  static override readonly fields = {}

  compute(target: Tensor, prediction: Tensor): Tensor {
    return meanAbsoluteError(target, prediction)
  }
}
