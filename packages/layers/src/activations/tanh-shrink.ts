import { Activation } from '@gradus/core'
import { sub, type Tensor, tanh } from '@gradus/tensor'

/**
 * x - tanh(x). Keras: `tanh_shrink`.
 */
export class TanhShrink extends Activation {
  static readonly type = 'tanhShrink'
  static override readonly fields = {}

  compute(x: Tensor): Tensor {
    return sub(x, tanh(x))
  }
}
