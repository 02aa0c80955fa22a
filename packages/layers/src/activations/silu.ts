import { Activation } from '@gradus/core'
import { silu, type Tensor } from '@gradus/tensor'

/**
 * x * sigmoid(x). Keras: `silu`, `swish` (Ramachandran et al., 2017).
 */
export class Silu extends Activation {
  static readonly type = 'silu'
  static readonly aliases = ['swish'] as const
  static override readonly fields = {}

  compute(x: Tensor): Tensor {
    return silu(x)
  }
}
