import { type ConfigOf, type OptionsOf, Regularizer } from '@gradus/core'
import { mul, sum, type Tensor } from '@gradus/tensor'
import { largestFinite } from '../option-kinds.ts'

const fields = {
  /** Factor of the penalty. */
  l2: { type: 'number', default: 0.01, min: 0, max: largestFinite },
} as const

/** The options of `L2`. */
export interface L2Config extends ConfigOf<typeof fields> {}

/**
 * The penalty l2 times the sum of x^2, without a factor of a half. Keras: `L2`.
 *
 * @example
 * import { L2 } from '@gradus/layers/regularizers'
 * import { tensor } from '@gradus/tensor'
 * new L2({ l2: 0.5 }).loss(tensor([1, 3])).item() // => 5
 */
export class L2 extends Regularizer<L2Config> {
  static readonly type = 'L2'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  loss(x: Tensor): Tensor {
    return mul(sum(mul(x, x)), this.options.l2)
  }
}
