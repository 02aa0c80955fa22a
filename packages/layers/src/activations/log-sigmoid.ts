import { Activation } from '@gradus/core'
import { neg, softplus, type Tensor } from '@gradus/tensor'

/**
 * log(sigmoid(x)), computed as -softplus(-x), which neither overflows nor loses small values. Keras: `log_sigmoid`.
 */
export class LogSigmoid extends Activation {
  static readonly type = 'logSigmoid'
  static override readonly fields = {}

  compute(x: Tensor): Tensor {
    return neg(softplus(neg(x)))
  }
}
