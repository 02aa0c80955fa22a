import { Activation } from '@gradus/core'
import { add, greaterEqual, lessEqual, mul, type Tensor, where } from '@gradus/tensor'

/**
 * 0 up to -1, (x + 1) / 2 up to 1, then 1. Keras: `sparse_sigmoid`.
 */
export class SparseSigmoid extends Activation {
  static readonly type = 'sparseSigmoid'
  static override readonly fields = {}

  compute(x: Tensor): Tensor {
    return where(lessEqual(x, -1), 0, where(greaterEqual(x, 1), 1, mul(add(x, 1), 0.5)))
  }
}
