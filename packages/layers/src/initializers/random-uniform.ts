import { type Fields, Initializer } from '@gradus/core'
import { type DType, type FloatDType, randomUniform, type Shape, type Tensor } from '@gradus/tensor'
import { type SeedConfig, seededKey } from './seeded.ts'

export interface RandomUniformConfig extends SeedConfig {
  /** Smallest value (default -0.05). */
  readonly minval?: number
  /** What values stay below (default 0.05). */
  readonly maxval?: number
}

/** Evenly distributed over an interval. Keras: `RandomUniform`, `uniform`. */
export class RandomUniform extends Initializer<RandomUniformConfig> {
  static readonly type = 'RandomUniform'
  static readonly aliases = ['uniform'] as const
  static override readonly fields = {
    minval: 'number',
    maxval: 'number',
    seed: 'integer',
  } satisfies Fields<RandomUniformConfig>

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    const { minval = -0.05, maxval = 0.05, seed } = this.config
    return randomUniform(seededKey(key, seed), shape, { low: minval, high: maxval, dtype: dtype as FloatDType })
  }
}
