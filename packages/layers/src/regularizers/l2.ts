import { type Fields, Regularizer } from '@gradus/core'
import { mul, sum, type Tensor } from '@gradus/tensor'
import { penaltyFactor } from './penalty.ts'

export interface L2Config {
  /** Factor of the penalty (default 0.01). */
  readonly l2?: number
}

/**
 * l2 times the sum of x^2, without a factor of a half. Keras: `L2`.
 *
 * @example
 * import { L2 } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new L2({ l2: 0.5 }).loss(tensor([1, 3])).item() // => 5
 */
export class L2 extends Regularizer<L2Config> {
  static readonly type = 'L2'
  static override readonly fields = { l2: 'number' } satisfies Fields<L2Config>
  private readonly factor: number

  constructor(config: L2Config = {}) {
    super(config)
    this.factor = penaltyFactor('L2', 'l2', config.l2, 0.01)
  }

  loss(x: Tensor): Tensor {
    return mul(sum(mul(x, x)), this.factor)
  }
}
