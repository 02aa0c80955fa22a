import { Initializer, type OptionsOf } from '@gradus/core'
import type { DType, Shape, Tensor } from '@gradus/tensor'
import { drawScaled, type ScaledConfig, scaledFields } from './draw-scaled.ts'

/**
 * Truncated normal with variance 2 / (inputs + outputs), also called Xavier normal. Keras: `GlorotNormal` (Glorot and Bengio,
 * 2010).
 */
export class GlorotNormal extends Initializer<ScaledConfig> {
  static readonly type = 'GlorotNormal'
  static override readonly fields = scaledFields
  declare readonly options: OptionsOf<typeof scaledFields>

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    return drawScaled(key, shape, dtype, { ...this.options, scale: 1, mode: 'fanAvg', distribution: 'truncatedNormal' })
  }
}
