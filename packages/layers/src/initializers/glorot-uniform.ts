import { type Fields, Initializer } from '@gradus/core'
import type { DType, Shape, Tensor } from '@gradus/tensor'
import type { SeedConfig } from './seeded.ts'
import { drawScaled, type FanAxesConfig } from './variance-scaling.ts'

export interface GlorotUniformConfig extends SeedConfig, FanAxesConfig {}

/** Uniform within sqrt(6 / (inputs + outputs)), also called Xavier uniform. Keras: `GlorotUniform` (Glorot and Bengio, 2010). */
export class GlorotUniform extends Initializer<GlorotUniformConfig> {
  static readonly type = 'GlorotUniform'
  static override readonly fields = {
    seed: 'integer',
    inputAxes: 'numbers',
    outputAxes: 'numbers',
  } satisfies Fields<GlorotUniformConfig>

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    return drawScaled(key, shape, dtype, { ...this.config, scale: 1, mode: 'fanAvg', distribution: 'uniform' })
  }
}
