import { Activation } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'

/**
 * x itself. Keras: `linear`.
 */
export class Linear extends Activation {
  static readonly type = 'linear'
  static override readonly fields = {}

  compute(x: Tensor): Tensor {
    return x
  }
}
