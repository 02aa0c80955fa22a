import { type ConfigOf, Initializer, type OptionsOf } from '@gradus/core'
import { type DType, full, type Shape, type Tensor } from '@gradus/tensor'

const fields = { value: { type: 'number', default: 0 } } as const

/** The options of `Constant`. */
export interface ConstantConfig extends ConfigOf<typeof fields> {}

/** Sets all elements to one value. Keras: `Constant`. */
export class Constant extends Initializer<ConstantConfig> {
  static readonly type = 'Constant'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    return full(shape, this.options.value, dtype, key)
  }
}
