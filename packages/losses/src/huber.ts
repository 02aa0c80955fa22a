import { type ConfigOf, Loss, type OptionsOf, requireSameShape } from '@gradus/core'
import { abs, lessEqual, mean, mul, square, sub, type Tensor, where } from '@gradus/tensor'

const fields = {
  /** The key of the loss in the logs. */
  name: { type: 'string', default: 'huber_loss' },
  /** The error at which the loss changes from quadratic to linear. */
  delta: { type: 'number', default: 1 },
} as const

/** Options of `Huber`. */
export interface HuberConfig extends ConfigOf<typeof fields> {}

/**
 * Returns the mean over the last axis of error^2 / 2 where |error| <= `delta` (default 1), and of delta |error| - delta^2 / 2
 * elsewhere. Throws `ShapeError` unless targets and predictions have the same shape. Source: Keras `losses.huber`.
 *
 * @example
 * import { huber } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * huber(tensor([[0, 0]]), tensor([[1, 3]]), { delta: 2 }).array() // => [2.25]
 */
export function huber(
  target: Tensor,
  prediction: Tensor,
  { delta = 1 }: { readonly delta?: number | undefined } = {},
): Tensor {
  requireSameShape('Huber', target, prediction)
  const error = sub(prediction, target)
  const size = abs(error)
  const linear = sub(mul(size, delta), 0.5 * delta * delta)
  return mean(where(lessEqual(size, delta), mul(square(error), 0.5), linear), { axis: -1 })
}

/**
 * A loss that is quadratic for errors up to `delta` and linear for larger ones, so that outliers count less; the mean over the last
 * axis, per sample. Targets have the shape of the predictions, except for a last axis of size 1; other shapes throw
 * `ShapeError`. Source: Keras `losses.Huber`.
 *
 * @example
 * import { Huber } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * new Huber().call(tensor([[0, 0]]), tensor([[1, 3]])).item() // => 1.5
 */
export class Huber extends Loss<HuberConfig> {
  static readonly type = 'Huber'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  compute(target: Tensor, prediction: Tensor): Tensor {
    return huber(target, prediction, this.options)
  }
}
