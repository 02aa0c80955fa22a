import { type Fields, Initializer } from '@gradus/core'
import type { DType, Shape, Tensor } from '@gradus/tensor'
import type { SeedConfig } from './seeded.ts'
import { drawScaled, type FanAxesConfig } from './variance-scaling.ts'

export interface LecunUniformConfig extends SeedConfig, FanAxesConfig {}

/** Uniform within sqrt(3 / inputs). Keras: `LecunUniform` (LeCun et al., 1998). */
export class LecunUniform extends Initializer<LecunUniformConfig> {
  static readonly type = 'LecunUniform'
  static override readonly fields = {
    seed: 'integer',
    inputAxes: 'numbers',
    outputAxes: 'numbers',
  } satisfies Fields<LecunUniformConfig>

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    return drawScaled(key, shape, dtype, { ...this.config, scale: 1, mode: 'fanIn', distribution: 'uniform' })
  }
}
