import { type Fields, Initializer } from '@gradus/core'
import { type DType, type FloatDType, type Shape, type Tensor, truncatedNormal } from '@gradus/tensor'
import { type SeedConfig, seededKey } from './seeded.ts'

export interface TruncatedNormalConfig extends SeedConfig {
  /** Default 0. */
  readonly mean?: number
  /** Standard deviation (default 0.05). */
  readonly stddev?: number
}

/** Normally distributed without what lies beyond two standard deviations. Keras: `TruncatedNormal`. */
export class TruncatedNormal extends Initializer<TruncatedNormalConfig> {
  static readonly type = 'TruncatedNormal'
  static override readonly fields = {
    mean: 'number',
    stddev: 'number',
    seed: 'integer',
  } satisfies Fields<TruncatedNormalConfig>

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    const { mean = 0, stddev = 0.05, seed } = this.config
    return truncatedNormal(seededKey(key, seed), shape, { mean, stddev, dtype: dtype as FloatDType })
  }
}
