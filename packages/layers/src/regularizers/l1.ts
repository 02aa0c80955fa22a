import { type Fields, Regularizer } from '@gradus/core'
import { abs, mul, sum, type Tensor } from '@gradus/tensor'
import { penaltyFactor } from './penalty.ts'

export interface L1Config {
  /** Factor of the penalty (default 0.01). */
  readonly l1?: number
}

/** l1 times the sum of |x|. Keras: `L1`. */
export class L1 extends Regularizer<L1Config> {
  static readonly type = 'L1'
  static override readonly fields = { l1: 'number' } satisfies Fields<L1Config>
  private readonly factor: number

  constructor(config: L1Config = {}) {
    super(config)
    this.factor = penaltyFactor('L1', 'l1', config.l1, 0.01)
  }

  loss(x: Tensor): Tensor {
    return mul(sum(abs(x)), this.factor)
  }
}
