import { Loss, requireSameShape } from '@gradus/core'
import { add, max, maximum, mul, sub, sum, type Tensor } from '@gradus/tensor'

/**
 * Returns max(max((1 - target) prediction) - sum(target prediction) + 1, 0) over the classes, the last axis. Targets are
 * one-hot. Throws `ShapeError` unless targets and predictions have the same shape. Source: Keras `losses.categorical_hinge`.
 *
 * @example
 * import { categoricalHinge } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * categoricalHinge(tensor([[0, 1], [1, 0]]), tensor([[0.5, 0.5], [2, 0]])).array() // => [1, 0]
 */
export function categoricalHinge(target: Tensor, prediction: Tensor): Tensor {
  requireSameShape('CategoricalHinge', target, prediction)
  const right = sum(mul(target, prediction), { axis: -1 })
  const wrong = max(mul(sub(1, target), prediction), { axis: -1 })
  return maximum(add(sub(wrong, right), 1), 0)
}

/**
 * max(max((1 - target) prediction) - sum(target prediction) + 1, 0) over the classes, the last axis, per sample. Targets are
 * one-hot. Targets have the shape of the predictions, except for a last axis of size 1; other shapes throw `ShapeError`.
 * Source: Keras `losses.CategoricalHinge`.
 *
 * @example
 * import { CategoricalHinge } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * new CategoricalHinge().call(tensor([[0, 1, 0]]), tensor([[0.25, 0.5, 0.25]])).item() // => 0.75
 */
export class CategoricalHinge extends Loss {
  static readonly type = 'CategoricalHinge'
  static override readonly fields = {}

  compute(target: Tensor, prediction: Tensor): Tensor {
    return categoricalHinge(target, prediction)
  }
}
