import { Initializer } from '@gradus/core'
import { type DType, full, type Shape, type Tensor } from '@gradus/tensor'

/** Sets all elements to 0. Keras: `Zeros`. */
export class Zeros extends Initializer {
  static readonly type = 'Zeros'
  static readonly aliases = ['zero'] as const
  static override readonly fields = {}

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    return full(shape, 0, dtype, key)
  }
}
