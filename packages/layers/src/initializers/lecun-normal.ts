import { Initializer, type OptionsOf } from '@gradus/core'
import type { DType, Shape, Tensor } from '@gradus/tensor'
import { drawScaled, type ScaledConfig, scaledFields } from './draw-scaled.ts'

/** Truncated normal with variance 1 / inputs, for layers followed by selu. Keras: `LecunNormal` (Klambauer et al., 2017). */
export class LecunNormal extends Initializer<ScaledConfig> {
  static readonly type = 'LecunNormal'
  static override readonly fields = scaledFields
  declare readonly options: OptionsOf<typeof scaledFields>

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    return drawScaled(key, shape, dtype, { ...this.options, scale: 1, mode: 'fanIn', distribution: 'truncatedNormal' })
  }
}
