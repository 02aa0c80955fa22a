import { type Fields, Initializer } from '@gradus/core'
import type { DType, Shape, Tensor } from '@gradus/tensor'
import type { SeedConfig } from './seeded.ts'
import { drawScaled, type FanAxesConfig } from './variance-scaling.ts'

export interface LecunNormalConfig extends SeedConfig, FanAxesConfig {}

/** Truncated normal with variance 1 / inputs, for layers followed by selu. Keras: `LecunNormal` (Klambauer et al., 2017). */
export class LecunNormal extends Initializer<LecunNormalConfig> {
  static readonly type = 'LecunNormal'
  static override readonly fields = {
    seed: 'integer',
    inputAxes: 'numbers',
    outputAxes: 'numbers',
  } satisfies Fields<LecunNormalConfig>

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    return drawScaled(key, shape, dtype, { ...this.config, scale: 1, mode: 'fanIn', distribution: 'truncatedNormal' })
  }
}
