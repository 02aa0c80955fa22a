import { Loss, requireSameShape } from '@gradus/core'
import { abs, mean, sub, type Tensor } from '@gradus/tensor'

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
    requireSameShape(this.type, target, prediction)
    return mean(abs(sub(prediction, target)), { axis: -1 })
  }
}
