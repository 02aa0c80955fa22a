import { Constraint } from '@gradus/core'
import { relu, type Tensor } from '@gradus/tensor'

/** Replaces negative values by 0. Keras: `NonNeg`. */
export class NonNeg extends Constraint {
  static readonly type = 'NonNeg'
  static override readonly fields = {}

  project(x: Tensor): Tensor {
    return relu(x)
  }
}
