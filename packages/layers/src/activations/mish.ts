import { Activation } from '@gradus/core'
import { mul, softplus, type Tensor, tanh } from '@gradus/tensor'

/**
 * x * tanh(softplus(x)). Keras: `mish` (Misra, 2019).
 */
export class Mish extends Activation {
  static readonly type = 'mish'
  static override readonly fields = {}

  compute(x: Tensor): Tensor {
    return mul(x, tanh(softplus(x)))
  }
}
