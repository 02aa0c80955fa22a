import { Initializer } from '@gradus/core'
import { type DType, full, type Shape, type Tensor } from '@gradus/tensor'

/** Sets all elements to 1. Keras: `Ones`. */
export class Ones extends Initializer {
  static readonly type = 'Ones'
  static readonly aliases = ['one'] as const
  static override readonly fields = {}

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    return full(shape, 1, dtype, key)
  }
}
