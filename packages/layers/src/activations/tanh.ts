import { Activation } from '@gradus/core'
import { type Tensor, tanh } from '@gradus/tensor'

/**
 * The hyperbolic tangent. Keras: `tanh`.
 */
export class Tanh extends Activation {
  static readonly type = 'tanh'
  static override readonly fields = {}

  compute(x: Tensor): Tensor {
    return tanh(x)
  }
}
