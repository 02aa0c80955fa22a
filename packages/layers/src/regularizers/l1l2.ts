import { type ConfigOf, type OptionsOf, Regularizer } from '@gradus/core'
import { abs, add, full, mul, sum, type Tensor } from '@gradus/tensor'
import { largestFinite } from '../option-kinds.ts'

const fields = {
  /** Factor of the sum of |x|. */
  l1: { type: 'number', default: 0, min: 0, max: largestFinite },
  /** Factor of the sum of x^2. */
  l2: { type: 'number', default: 0, min: 0, max: largestFinite },
} as const

/** The options of `L1L2`. */
export interface L1L2Config extends ConfigOf<typeof fields> {}

/** The penalty l1 times the sum of |x| plus l2 times the sum of x^2. Keras: `L1L2`. */
export class L1L2 extends Regularizer<L1L2Config> {
  static readonly type = 'L1L2'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  loss(x: Tensor): Tensor {
    const { l1, l2 } = this.options
    const parts = [...(l1 ? [mul(sum(abs(x)), l1)] : []), ...(l2 ? [mul(sum(mul(x, x)), l2)] : [])]
    return parts.length === 0 ? full([], 0, x.dtype, x) : parts.reduce((a, b) => add(a, b))
  }
}
