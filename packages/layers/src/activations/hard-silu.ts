import { Activation } from '@gradus/core'
import { mul, type Tensor } from '@gradus/tensor'
import { hardSigmoid } from './hard-sigmoid.ts'

/**
 * x times the hard sigmoid of x. Keras: `hard_silu`, `hard_swish` (Howard et al., 2019).
 */
export class HardSilu extends Activation {
  static readonly type = 'hardSilu'
  static readonly aliases = ['hardSwish'] as const
  static override readonly fields = {}

  compute(x: Tensor): Tensor {
    return mul(x, hardSigmoid(x))
  }
}
