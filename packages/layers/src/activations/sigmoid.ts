import { Activation } from '@gradus/core'
import { sigmoid, type Tensor } from '@gradus/tensor'

/**
 * 1 / (1 + exp(-x)). Keras: `sigmoid`.
 */
export class Sigmoid extends Activation {
  static readonly type = 'sigmoid'
  static override readonly fields = {}

  compute(x: Tensor): Tensor {
    return sigmoid(x)
  }
}
