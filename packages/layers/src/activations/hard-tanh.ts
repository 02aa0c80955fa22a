import { Activation } from '@gradus/core'
import { greater, less, type Tensor, where } from '@gradus/tensor'

/**
 * x cut at -1 and 1. Keras: `hard_tanh`.
 */
export class HardTanh extends Activation {
  static readonly type = 'hardTanh'
  static override readonly fields = {}

  compute(x: Tensor): Tensor {
    return where(greater(x, 1), 1, where(less(x, -1), -1, x))
  }
}
