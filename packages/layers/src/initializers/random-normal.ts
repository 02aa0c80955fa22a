import { type ConfigOf, Initializer, type OptionsOf } from '@gradus/core'
import { type DType, type FloatDType, randomNormal, type Shape, type Tensor } from '@gradus/tensor'
import { seededKey } from './seeded.ts'

const fields = {
  mean: { type: 'number', default: 0 },
  /** Standard deviation. */
  stddev: { type: 'number', default: 0.05, min: 0 },
  /** With a seed, every call gives the same values; without one, they depend on the key of the layer. */
  seed: 'integer',
} as const

/** The options of `RandomNormal`. */
export interface RandomNormalConfig extends ConfigOf<typeof fields> {}

/** Normally distributed random numbers. Keras: `RandomNormal`, `normal`. */
export class RandomNormal extends Initializer<RandomNormalConfig> {
  static readonly type = 'RandomNormal'
  static readonly aliases = ['normal'] as const
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    const { mean, stddev, seed } = this.options
    return randomNormal(seededKey(key, seed), shape, { mean, stddev, dtype: dtype as FloatDType })
  }
}
