import { type Fields, Initializer } from '@gradus/core'
import type { DType, Shape, Tensor } from '@gradus/tensor'
import type { SeedConfig } from './seeded.ts'
import { drawScaled, type FanAxesConfig } from './variance-scaling.ts'

export interface GlorotNormalConfig extends SeedConfig, FanAxesConfig {}

/** Truncated normal with variance 2 / (inputs + outputs), also called Xavier normal. Keras: `GlorotNormal` (Glorot and Bengio, 2010). */
export class GlorotNormal extends Initializer<GlorotNormalConfig> {
  static readonly type = 'GlorotNormal'
  static override readonly fields = {
    seed: 'integer',
    inputAxes: 'numbers',
    outputAxes: 'numbers',
  } satisfies Fields<GlorotNormalConfig>

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    return drawScaled(key, shape, dtype, { ...this.config, scale: 1, mode: 'fanAvg', distribution: 'truncatedNormal' })
  }
}
