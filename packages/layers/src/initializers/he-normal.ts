import { Initializer, type OptionsOf } from '@gradus/core'
import type { DType, Shape, Tensor } from '@gradus/tensor'
import { drawScaled, type ScaledConfig, scaledFields } from './draw-scaled.ts'

/** Truncated normal with variance 2 / inputs, for layers followed by relu. Keras: `HeNormal` (He et al., 2015). */
export class HeNormal extends Initializer<ScaledConfig> {
  static readonly type = 'HeNormal'
  static override readonly fields = scaledFields
  declare readonly options: OptionsOf<typeof scaledFields>

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    return drawScaled(key, shape, dtype, { ...this.options, scale: 2, mode: 'fanIn', distribution: 'truncatedNormal' })
  }
}
