import { type Fields, Regularizer } from '@gradus/core'
import { abs, add, full, mul, sum, type Tensor } from '@gradus/tensor'
import { penaltyFactor } from './penalty.ts'

export interface L1L2Config {
  /** Factor of the sum of |x| (default 0). */
  readonly l1?: number
  /** Factor of the sum of x^2 (default 0). */
  readonly l2?: number
}

/** Both penalties; each is 0 unless given. Keras: `L1L2`. */
export class L1L2 extends Regularizer<L1L2Config> {
  static readonly type = 'L1L2'
  static override readonly fields = { l1: 'number', l2: 'number' } satisfies Fields<L1L2Config>
  private readonly factors: readonly [number, number]

  constructor(config: L1L2Config = {}) {
    super(config)
    this.factors = [penaltyFactor('L1L2', 'l1', config.l1, 0), penaltyFactor('L1L2', 'l2', config.l2, 0)]
  }

  loss(x: Tensor): Tensor {
    const [l1, l2] = this.factors
    const parts = [...(l1 ? [mul(sum(abs(x)), l1)] : []), ...(l2 ? [mul(sum(mul(x, x)), l2)] : [])]
    return parts.length === 0 ? full([], 0, x.dtype, x) : parts.reduce((a, b) => add(a, b))
  }
}
