import { Loss, requireSameShape } from '@gradus/core'
import { add, log, maximum, mean, square, sub, type Tensor } from '@gradus/tensor'
import { epsilon } from './probability.ts'

/**
 * Returns mean((log(prediction + 1) - log(target + 1))^2) over the last axis. Values below 1e-7 count as 1e-7. Throws
 * `ShapeError` unless targets and predictions have the same shape. Source: Keras `losses.mean_squared_logarithmic_error`.
 *
 * @example
 * import { meanSquaredLogarithmicError } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * meanSquaredLogarithmicError(tensor([[3], [0]]), tensor([[3], [-5]])).array() // => [0, 0]
 */
export function meanSquaredLogarithmicError(target: Tensor, prediction: Tensor): Tensor {
  requireSameShape('MeanSquaredLogarithmicError', target, prediction)
  const logarithm = (x: Tensor) => log(add(maximum(x, epsilon), 1))
  return mean(square(sub(logarithm(prediction), logarithm(target))), { axis: -1 })
}

/**
 * mean((log(prediction + 1) - log(target + 1))^2) over the last axis, per sample. Values below 1e-7 count as 1e-7. Targets have
 * the shape of the predictions, except for a last axis of size 1; other shapes throw `ShapeError`. Source: Keras
 * `losses.MeanSquaredLogarithmicError`.
 *
 * @example
 * import { MeanSquaredLogarithmicError } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * new MeanSquaredLogarithmicError().call(tensor([[1, 0]]), tensor([[0, 0]])).item().toFixed(4) // => '0.2402'
 */
export class MeanSquaredLogarithmicError extends Loss {
  static readonly type = 'MeanSquaredLogarithmicError'
  static readonly aliases = ['msle'] as const
  static override readonly fields = {}

  compute(target: Tensor, prediction: Tensor): Tensor {
    return meanSquaredLogarithmicError(target, prediction)
  }
}
