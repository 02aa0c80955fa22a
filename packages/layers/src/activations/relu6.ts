import { Activation } from '@gradus/core'
import { relu6, type Tensor } from '@gradus/tensor'

/**
 * min(max(x, 0), 6). Keras: `relu6`.
 */
export class Relu6 extends Activation {
  static readonly type = 'relu6'
  static override readonly fields = {}

  compute(x: Tensor): Tensor {
    return relu6(x)
  }
}
