import { type ConfigOf, Initializer, type OptionsOf } from '@gradus/core'
import { type DType, type FloatDType, type Shape, type Tensor, truncatedNormal } from '@gradus/tensor'
import { seededKey } from './seeded.ts'

const fields = {
  mean: { type: 'number', default: 0 },
  /** Standard deviation. */
  stddev: { type: 'number', default: 0.05, min: 0 },
  /** With a seed, every call gives the same values; without one, they depend on the key of the layer. */
  seed: 'integer',
} as const

/** The options of `TruncatedNormal`. */
export interface TruncatedNormalConfig extends ConfigOf<typeof fields> {}

/** Normally distributed random numbers, without those beyond two standard deviations. Keras: `TruncatedNormal`. */
export class TruncatedNormal extends Initializer<TruncatedNormalConfig> {
  static readonly type = 'TruncatedNormal'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    const { mean, stddev, seed } = this.options
    return truncatedNormal(seededKey(key, seed), shape, { mean, stddev, dtype: dtype as FloatDType })
  }
}
