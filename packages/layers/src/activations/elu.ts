import { Activation, type Fields } from '@gradus/core'
import { expm1, greaterEqual, mul, neg, relu, type Tensor, where } from '@gradus/tensor'

export interface EluConfig {
  /** How far below zero it saturates (default 1). */
  readonly alpha?: number
}

/**
 * x where it is positive, alpha * (exp(x) - 1) elsewhere. Keras: `elu` (Clevert et al., 2016).
 */
export class Elu extends Activation<EluConfig> {
  static readonly type = 'elu'
  static override readonly fields = { alpha: 'number' } satisfies Fields<EluConfig>

  compute(x: Tensor): Tensor {
    const { alpha = 1 } = this.config
    // the exponential sees no positive number, so that it cannot overflow where its result is not used
    return where(greaterEqual(x, 0), x, mul(expm1(neg(relu(neg(x)))), alpha))
  }
}
