import { Initializer, type OptionsOf } from '@gradus/core'
import type { DType, Shape, Tensor } from '@gradus/tensor'
import { drawScaled, type ScaledConfig, scaledFields } from './draw-scaled.ts'

/** Uniform within sqrt(6 / (inputs + outputs)), also called Xavier uniform. Keras: `GlorotUniform` (Glorot and Bengio, 2010). */
export class GlorotUniform extends Initializer<ScaledConfig> {
  static readonly type = 'GlorotUniform'
  static override readonly fields = scaledFields
  declare readonly options: OptionsOf<typeof scaledFields>

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    return drawScaled(key, shape, dtype, { ...this.options, scale: 1, mode: 'fanAvg', distribution: 'uniform' })
  }
}
