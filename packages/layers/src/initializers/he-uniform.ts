import { Initializer, type OptionsOf } from '@gradus/core'
import type { DType, Shape, Tensor } from '@gradus/tensor'
import { drawScaled, type ScaledConfig, scaledFields } from './draw-scaled.ts'

/** Uniform within sqrt(6 / inputs), for layers followed by relu. Keras: `HeUniform` (He et al., 2015). */
export class HeUniform extends Initializer<ScaledConfig> {
  static readonly type = 'HeUniform'
  static override readonly fields = scaledFields
  declare readonly options: OptionsOf<typeof scaledFields>

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    return drawScaled(key, shape, dtype, { ...this.options, scale: 2, mode: 'fanIn', distribution: 'uniform' })
  }
}
