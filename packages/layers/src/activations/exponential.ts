import { Activation } from '@gradus/core'
import { exp, type Tensor } from '@gradus/tensor'

/**
 * exp(x). Keras: `exponential`.
 */
export class Exponential extends Activation {
  static readonly type = 'exponential'
  static override readonly fields = {}

  compute(x: Tensor): Tensor {
    return exp(x)
  }
}
