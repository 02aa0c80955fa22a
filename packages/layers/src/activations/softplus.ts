import { Activation } from '@gradus/core'
import { softplus, type Tensor } from '@gradus/tensor'

/**
 * log(1 + exp(x)). Keras: `softplus`.
 */
export class Softplus extends Activation {
  static readonly type = 'softplus'
  static override readonly fields = {}

  compute(x: Tensor): Tensor {
    return softplus(x)
  }
}
