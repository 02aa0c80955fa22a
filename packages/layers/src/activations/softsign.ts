import { Activation } from '@gradus/core'
import { abs, add, div, type Tensor } from '@gradus/tensor'

/**
 * x / (1 + |x|). Keras: `softsign`.
 */
export class Softsign extends Activation {
  static readonly type = 'softsign'
  static override readonly fields = {}

  compute(x: Tensor): Tensor {
    return div(x, add(abs(x), 1))
  }
}
