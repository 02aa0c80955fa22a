import { Loss, requireSameShape } from '@gradus/core'
import { maximum, mean, mul, sub, type Tensor } from '@gradus/tensor'
import { signedLabels } from './signed-labels.ts'

/**
 * Returns mean(max(1 - target prediction, 0)) over the last axis. Targets are -1 or 1; if all of them are 0 or 1, 0 counts as
 * -1. Throws `ShapeError` unless targets and predictions have the same shape. Source: Keras `losses.hinge`.
 *
 * @example
 * import { hinge } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * hinge(tensor([[-1, 1]]), tensor([[0.5, 0.25]])).array() // => [1.125]
 */
export function hinge(target: Tensor, prediction: Tensor): Tensor {
  requireSameShape('Hinge', target, prediction)
  return mean(maximum(sub(1, mul(signedLabels(target), prediction)), 0), { axis: -1 })
}

/**
 * mean(max(1 - target prediction, 0)) over the last axis, per sample. Targets are -1 or 1; if all of them are 0 or 1, 0 counts
 * as -1. Targets have the shape of the predictions, except for a last axis of size 1; other shapes throw `ShapeError`. Source:
 * Keras `losses.Hinge`.
 *
 * @example
 * import { Hinge } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * new Hinge().call(tensor([[0, 1]]), tensor([[0.5, 0.25]])).item() // => 1.125
 */
export class Hinge extends Loss {
  static readonly type = 'Hinge'
  static override readonly fields = {}

  compute(target: Tensor, prediction: Tensor): Tensor {
    return hinge(target, prediction)
  }
}
