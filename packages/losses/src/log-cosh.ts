import { Loss, requireSameShape } from '@gradus/core'
import { add, mean, mul, softplus, sub, type Tensor } from '@gradus/tensor'

/**
 * Returns mean(log(cosh(prediction - target))) over the last axis. About error^2 / 2 for small errors and |error| - log(2) for
 * large ones. Throws `ShapeError` unless targets and predictions have the same shape. Source: Keras `losses.log_cosh`.
 *
 * @example
 * import { logCosh } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * logCosh(tensor([[1, 1]]), tensor([[1, 1]])).array() // => [0]
 */
export function logCosh(target: Tensor, prediction: Tensor): Tensor {
  requireSameShape('LogCosh', target, prediction)
  const error = sub(prediction, target)
  return mean(sub(add(error, softplus(mul(error, -2))), Math.LN2), { axis: -1 })
}

/**
 * mean(log(cosh(prediction - target))) over the last axis, per sample. About error^2 / 2 for small errors and |error| - log(2)
 * for large ones. Targets have the shape of the predictions, except for a last axis of size 1; other shapes throw `ShapeError`.
 * Source: Keras `losses.LogCosh`.
 *
 * @example
 * import { LogCosh } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * new LogCosh().call(tensor([[0, 1]]), tensor([[1, 1]])).item().toFixed(4) // => '0.2169'
 */
export class LogCosh extends Loss {
  static readonly type = 'LogCosh'
  static override readonly fields = {}

  compute(target: Tensor, prediction: Tensor): Tensor {
    return logCosh(target, prediction)
  }
}
