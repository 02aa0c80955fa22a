import { type Fields, Initializer } from '@gradus/core'
import { type DType, full, type Shape, type Tensor } from '@gradus/tensor'

export interface ConstantConfig {
  /** Default 0. */
  readonly value?: number
}

/** One value everywhere. Keras: `Constant`. */
export class Constant extends Initializer<ConstantConfig> {
  static readonly type = 'Constant'
  static override readonly fields = { value: 'number' } satisfies Fields<ConstantConfig>

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    return full(shape, this.config.value ?? 0, dtype, key)
  }
}
