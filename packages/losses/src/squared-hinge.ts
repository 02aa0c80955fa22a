import { Loss, requireSameShape } from '@gradus/core'
import { maximum, mean, mul, square, sub, type Tensor } from '@gradus/tensor'
import { signedLabels } from './signed-labels.ts'

/**
 * Returns mean(max(1 - target prediction, 0)^2) over the last axis. Targets are -1 or 1; if all of them are 0 or 1, 0 counts as
 * -1. Throws `ShapeError` unless targets and predictions have the same shape. Source: Keras `losses.squared_hinge`.
 *
 * @example
 * import { squaredHinge } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * squaredHinge(tensor([[-1, 1]]), tensor([[0.5, 0.5]])).array() // => [1.25]
 */
export function squaredHinge(target: Tensor, prediction: Tensor): Tensor {
  requireSameShape('SquaredHinge', target, prediction)
  return mean(square(maximum(sub(1, mul(signedLabels(target), prediction)), 0)), { axis: -1 })
}

/**
 * mean(max(1 - target prediction, 0)^2) over the last axis, per sample. Targets are -1 or 1; if all of them are 0 or 1, 0
 * counts as -1. Targets have the shape of the predictions, except for a last axis of size 1; other shapes throw `ShapeError`.
 * Source: Keras `losses.SquaredHinge`.
 *
 * @example
 * import { SquaredHinge } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * new SquaredHinge().call(tensor([[0, 1]]), tensor([[0.5, 0.5]])).item() // => 1.25
 */
export class SquaredHinge extends Loss {
  static readonly type = 'SquaredHinge'
  static override readonly fields = {}

  compute(target: Tensor, prediction: Tensor): Tensor {
    return squaredHinge(target, prediction)
  }
}
