import { Loss, requireSameShape } from '@gradus/core'
import { add, log, mean, mul, sub, type Tensor } from '@gradus/tensor'
import { epsilon } from './probability.ts'

/**
 * Returns mean(prediction - target log(prediction + 1e-7)) over the last axis. Predictions are expected counts above 0. Throws
 * `ShapeError` unless targets and predictions have the same shape. Source: Keras `losses.poisson`.
 *
 * @example
 * import { poisson } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * poisson(tensor([[0, 0], [0, 0]]), tensor([[1, 2], [3, 4]])).array() // => [1.5, 3.5]
 */
export function poisson(target: Tensor, prediction: Tensor): Tensor {
  requireSameShape('Poisson', target, prediction)
  return mean(sub(prediction, mul(target, log(add(prediction, epsilon)))), { axis: -1 })
}

/**
 * mean(prediction - target log(prediction + 1e-7)) over the last axis, per sample. Predictions are expected counts above 0.
 * Targets have the shape of the predictions, except for a last axis of size 1; other shapes throw `ShapeError`. Source: Keras
 * `losses.Poisson`.
 *
 * @example
 * import { Poisson } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * new Poisson().call(tensor([[0, 2]]), tensor([[3, 1]])).item() // => 2
 */
export class Poisson extends Loss {
  static readonly type = 'Poisson'
  static override readonly fields = {}

  compute(target: Tensor, prediction: Tensor): Tensor {
    return poisson(target, prediction)
  }
}
