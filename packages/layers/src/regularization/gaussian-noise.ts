import { type ConfigOf, Layer, type OptionsOf, type Scope } from '@gradus/core'
import { add, randomNormal, type Tensor } from '@gradus/tensor'
import { floatInput } from '../float-input.ts'
import { seedField, streamOf } from './noise.ts'

const fields = {
  /** The standard deviation of the noise. */
  stddev: { type: 'number', min: 0, max: 1, required: true, example: '0.1' },
  /** Layers with different seeds draw different numbers. Which ones also depends on the model's seed and the train step. */
  seed: seedField,
} as const

/** The options of `GaussianNoise`. */
export interface GaussianNoiseConfig extends ConfigOf<typeof fields> {}

/**
 * In training, adds a random number from the normal distribution with mean 0 to each value. Otherwise it returns its input. Keras:
 * `GaussianNoise`.
 *
 * @example
 * import { GaussianNoise } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new GaussianNoise({ stddev: 0.1 }).call(tensor([[1, 2]])).array() // => [[1, 2]]
 */
export class GaussianNoise extends Layer<GaussianNoiseConfig> {
  static readonly type = 'GaussianNoise'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  override get supportsMasking(): boolean {
    return true
  }

  apply(given: Tensor, { rng, training }: Scope<this>): Tensor {
    const { stddev, seed } = this.options
    if (!training || stddev === 0) return given
    const x = floatInput(this, given)
    return add(x, randomNormal(streamOf(rng, seed).next(), x.shape, { stddev, dtype: this.computeDType }))
  }
}
