import { ConfigError, type ConfigOf, Initializer, type OptionsOf } from '@gradus/core'
import { type DType, type FloatDType, randomUniform, type Shape, type Tensor } from '@gradus/tensor'
import { seededKey } from './seeded.ts'

const fields = {
  /** The lower limit. */
  minval: { type: 'number', default: -0.05 },
  /** The upper limit, exclusive. */
  maxval: { type: 'number', default: 0.05 },
  /** With a seed, every call gives the same values; without one, they depend on the key of the layer. */
  seed: 'integer',
} as const

/** The options of `RandomUniform`. */
export interface RandomUniformConfig extends ConfigOf<typeof fields> {}

/** Uniformly distributed random numbers. Throws `ConfigError` if `minval` exceeds `maxval`. Keras: `RandomUniform`, `uniform`. */
export class RandomUniform extends Initializer<RandomUniformConfig> {
  static readonly type = 'RandomUniform'
  static readonly aliases = ['uniform'] as const
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    const { minval, maxval, seed } = this.options
    if (minval > maxval) {
      throw new ConfigError(`RandomUniform: minval must not exceed maxval; they are ${minval} and ${maxval}.`)
    }
    return randomUniform(seededKey(key, seed), shape, { low: minval, high: maxval, dtype: dtype as FloatDType })
  }
}
