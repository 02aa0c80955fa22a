import { type ConfigOf, Loss, type OptionsOf, requireSameShape } from '@gradus/core'
import { add, div, mul, sub, sum, type Tensor } from '@gradus/tensor'
import { overlapAxis } from './overlap.ts'
import { epsilon } from './probability.ts'

/** Options of `Dice`. */
export interface DiceConfig extends ConfigOf<typeof overlapAxis> {}

/**
 * Returns 1 - 2 sum(target prediction) / (sum(target) + sum(prediction) + 1e-7). The sums are over `axis`, by default over all
 * elements. Throws `ShapeError` unless targets and predictions have the same shape. Source: Keras `losses.dice`.
 *
 * @example
 * import { dice } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * const loss = dice(tensor([[1, 0], [1, 1]]), tensor([[1, 0], [0, 1]]), { axis: 1 })
 * loss.array().map((x) => x.toFixed(4)) // => ['0.0000', '0.3333']
 */
export function dice(
  target: Tensor,
  prediction: Tensor,
  { axis }: Partial<OptionsOf<typeof overlapAxis>> = {},
): Tensor {
  requireSameShape('Dice', target, prediction)
  const total = (x: Tensor) => sum(x, axis === undefined ? {} : { axis })
  const overlap = mul(total(mul(target, prediction)), 2)
  return sub(1, div(overlap, add(add(total(target), total(prediction)), epsilon)))
}

/**
 * One minus the Dice coefficient, the overlap of targets and predictions divided by the mean of their sizes. Both hold numbers from
 * 0 to 1 and have the same shape, except for a last axis of size 1; other shapes throw `ShapeError`. Without `axis` the loss is a
 * scalar for the batch. Source: Keras `losses.Dice`.
 *
 * @example
 * import { Dice } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * new Dice().call(tensor([[1, 0], [1, 1]]), tensor([[1, 0], [0, 1]])).item().toFixed(4) // => '0.2000'
 */
export class Dice extends Loss<DiceConfig> {
  static readonly type = 'Dice'
  static override readonly fields = overlapAxis
  declare readonly options: OptionsOf<typeof overlapAxis>

  compute(target: Tensor, prediction: Tensor): Tensor {
    return dice(target, prediction, this.options)
  }
}
