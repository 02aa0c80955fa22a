import { Initializer, type OptionsOf } from '@gradus/core'
import type { DType, Shape, Tensor } from '@gradus/tensor'
import { drawScaled, type ScaledConfig, scaledFields } from './draw-scaled.ts'

/** Uniform within sqrt(3 / inputs). Keras: `LecunUniform` (LeCun et al., 1998). */
export class LecunUniform extends Initializer<ScaledConfig> {
  static readonly type = 'LecunUniform'
  static override readonly fields = scaledFields
  declare readonly options: OptionsOf<typeof scaledFields>

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    return drawScaled(key, shape, dtype, { ...this.options, scale: 1, mode: 'fanIn', distribution: 'uniform' })
  }
}
