import { Loss, requireSameShape } from '@gradus/core'
import { abs, div, maximum, mean, mul, sub, type Tensor } from '@gradus/tensor'
import { epsilon } from './probability.ts'

/**
 * Returns 100 mean(|(target - prediction) / max(|target|, 1e-7)|) over the last axis. Throws `ShapeError` unless targets and
 * predictions have the same shape. Source: Keras `losses.mean_absolute_percentage_error`.
 *
 * @example
 * import { meanAbsolutePercentageError } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * meanAbsolutePercentageError(tensor([[2, 4], [1, 1]]), tensor([[1, 5], [1, 2]])).array() // => [37.5, 50]
 */
export function meanAbsolutePercentageError(target: Tensor, prediction: Tensor): Tensor {
  requireSameShape('MeanAbsolutePercentageError', target, prediction)
  return mul(mean(abs(div(sub(target, prediction), maximum(abs(target), epsilon))), { axis: -1 }), 100)
}

/**
 * 100 mean(|(target - prediction) / max(|target|, 1e-7)|) over the last axis, per sample. Targets have the shape of the
 * predictions, except for a last axis of size 1; other shapes throw `ShapeError`. Source: Keras
 * `losses.MeanAbsolutePercentageError`.
 *
 * @example
 * import { MeanAbsolutePercentageError } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * new MeanAbsolutePercentageError().call(tensor([[2, 4]]), tensor([[1, 5]])).item() // => 37.5
 */
export class MeanAbsolutePercentageError extends Loss {
  static readonly type = 'MeanAbsolutePercentageError'
  static readonly aliases = ['mape'] as const
  static override readonly fields = {}

  compute(target: Tensor, prediction: Tensor): Tensor {
    return meanAbsolutePercentageError(target, prediction)
  }
}
