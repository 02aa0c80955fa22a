import { type ConfigOf, Initializer, type OptionsOf } from '@gradus/core'
import { type DType, type FloatDType, randomUniform, type Shape, type Tensor } from '@gradus/tensor'
import { seededKey } from './seeded.ts'

const fields = {
  /** Smallest value. */
  minval: { type: 'number', default: -0.05 },
  /** What values stay below. */
  maxval: { type: 'number', default: 0.05 },
  /** With a seed every call gives the same values, whatever the model's seed; without one they depend on the layer's key. */
  seed: 'integer',
} as const

export interface RandomUniformConfig extends ConfigOf<typeof fields> {}

/** Evenly distributed over an interval. Keras: `RandomUniform`, `uniform`. */
export class RandomUniform extends Initializer<RandomUniformConfig> {
  static readonly type = 'RandomUniform'
  static readonly aliases = ['uniform'] as const
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    const { minval, maxval, seed } = this.options
    return randomUniform(seededKey(key, seed), shape, { low: minval, high: maxval, dtype: dtype as FloatDType })
  }
}
