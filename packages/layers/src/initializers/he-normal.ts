import { type Fields, Initializer } from '@gradus/core'
import type { DType, Shape, Tensor } from '@gradus/tensor'
import type { SeedConfig } from './seeded.ts'
import { drawScaled, type FanAxesConfig } from './variance-scaling.ts'

export interface HeNormalConfig extends SeedConfig, FanAxesConfig {}

/** Truncated normal with variance 2 / inputs, for layers followed by relu. Keras: `HeNormal` (He et al., 2015). */
export class HeNormal extends Initializer<HeNormalConfig> {
  static readonly type = 'HeNormal'
  static override readonly fields = {
    seed: 'integer',
    inputAxes: 'numbers',
    outputAxes: 'numbers',
  } satisfies Fields<HeNormalConfig>

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    return drawScaled(key, shape, dtype, { ...this.config, scale: 2, mode: 'fanIn', distribution: 'truncatedNormal' })
  }
}
