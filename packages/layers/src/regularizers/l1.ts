import { type ConfigOf, type OptionsOf, Regularizer } from '@gradus/core'
import { abs, mul, sum, type Tensor } from '@gradus/tensor'
import { largestFinite } from '../option-kinds.ts'

const fields = {
  /** The factor of the penalty. */
  l1: { type: 'number', default: 0.01, min: 0, max: largestFinite },
} as const

/** The options of `L1`. */
export interface L1Config extends ConfigOf<typeof fields> {}

/** The penalty l1 times the sum of |x|. Keras: `L1`. */
export class L1 extends Regularizer<L1Config> {
  static readonly type = 'L1'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  loss(x: Tensor): Tensor {
    return mul(sum(abs(x)), this.options.l1)
  }
}
