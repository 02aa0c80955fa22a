import { type Fields, Initializer } from '@gradus/core'
import type { DType, Shape, Tensor } from '@gradus/tensor'
import type { SeedConfig } from './seeded.ts'
import { drawScaled, type FanAxesConfig } from './variance-scaling.ts'

export interface HeUniformConfig extends SeedConfig, FanAxesConfig {}

/** Uniform within sqrt(6 / inputs), for layers followed by relu. Keras: `HeUniform` (He et al., 2015). */
export class HeUniform extends Initializer<HeUniformConfig> {
  static readonly type = 'HeUniform'
  static override readonly fields = {
    seed: 'integer',
    inputAxes: 'numbers',
    outputAxes: 'numbers',
  } satisfies Fields<HeUniformConfig>

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    return drawScaled(key, shape, dtype, { ...this.config, scale: 2, mode: 'fanIn', distribution: 'uniform' })
  }
}
