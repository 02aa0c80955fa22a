import { Activation } from '@gradus/core'
import { add, less, lessEqual, mul, type Tensor, where } from '@gradus/tensor'

/**
 * 0 up to -1, (x + 1)^2 / 4 up to 1, then x. Keras: `sparse_plus`.
 */
export class SparsePlus extends Activation {
  static readonly type = 'sparsePlus'
  static override readonly fields = {}

  compute(x: Tensor): Tensor {
    const raised = add(x, 1)
    return where(lessEqual(x, -1), 0, where(less(x, 1), mul(mul(raised, raised), 0.25), x))
  }
}
