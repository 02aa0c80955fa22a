import { type Fields, Initializer } from '@gradus/core'
import { type DType, type FloatDType, randomNormal, type Shape, type Tensor } from '@gradus/tensor'
import { type SeedConfig, seededKey } from './seeded.ts'

export interface RandomNormalConfig extends SeedConfig {
  /** Default 0. */
  readonly mean?: number
  /** Standard deviation (default 0.05). */
  readonly stddev?: number
}

/** Normally distributed. Keras: `RandomNormal`, `normal`. */
export class RandomNormal extends Initializer<RandomNormalConfig> {
  static readonly type = 'RandomNormal'
  static readonly aliases = ['normal'] as const
  static override readonly fields = {
    mean: 'number',
    stddev: 'number',
    seed: 'integer',
  } satisfies Fields<RandomNormalConfig>

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    const { mean = 0, stddev = 0.05, seed } = this.config
    return randomNormal(seededKey(key, seed), shape, { mean, stddev, dtype: dtype as FloatDType })
  }
}
