import { Constraint } from '@gradus/core'
import { relu, type Tensor } from '@gradus/tensor'

/** No negative values: they become 0. Keras: `NonNeg`. */
export class NonNeg extends Constraint {
  static readonly type = 'NonNeg'
  static override readonly fields = {}

  project(x: Tensor): Tensor {
    return relu(x)
  }
}
