import { Activation, type Fields } from '@gradus/core'
import { greaterEqual, mul, type Tensor, where } from '@gradus/tensor'

export interface LeakyReluConfig {
  /** The multiple below zero (default 0.2; the layer `LeakyReLU` of Keras has 0.3). */
  readonly negativeSlope?: number
}

/**
 * x where it is positive, a small multiple of it elsewhere. Keras: `leaky_relu`.
 */
export class LeakyRelu extends Activation<LeakyReluConfig> {
  static readonly type = 'leakyRelu'
  static override readonly fields = { negativeSlope: 'number' } satisfies Fields<LeakyReluConfig>

  compute(x: Tensor): Tensor {
    return where(greaterEqual(x, 0), x, mul(x, this.config.negativeSlope ?? 0.2))
  }
}
