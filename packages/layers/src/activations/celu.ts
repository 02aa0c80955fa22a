import { Activation, type Fields } from '@gradus/core'
import { div, expm1, greaterEqual, mul, neg, relu, type Tensor, where } from '@gradus/tensor'

export interface CeluConfig {
  /** How far below zero it saturates (default 1). */
  readonly alpha?: number
}

/**
 * max(x, 0) + alpha * (exp(min(x, 0) / alpha) - 1): an exponential linear unit that is smooth for every alpha.
 * Keras: `celu` (Barron, 2017).
 */
export class Celu extends Activation<CeluConfig> {
  static readonly type = 'celu'
  static override readonly fields = { alpha: 'number' } satisfies Fields<CeluConfig>

  compute(x: Tensor): Tensor {
    const { alpha = 1 } = this.config
    return where(greaterEqual(x, 0), x, mul(expm1(div(neg(relu(neg(x))), alpha)), alpha))
  }
}
