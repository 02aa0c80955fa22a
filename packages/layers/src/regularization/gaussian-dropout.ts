import { type ConfigOf, Layer, type OptionsOf, type Scope } from '@gradus/core'
import { mul, randomNormal, type Tensor } from '@gradus/tensor'
import { floatInput } from '../float-input.ts'
import { seedField, streamOf } from './noise.ts'

const fields = {
  /** The standard deviation of the factors is the square root of rate / (1 - rate), as that of dropout with this rate. */
  rate: { type: 'number', min: 0, below: 1, required: true, example: '0.25' },
  /** Layers with different seeds draw different numbers. Which ones also depends on the model's seed and the train step. */
  seed: seedField,
} as const

/** The options of `GaussianDropout`. */
export interface GaussianDropoutConfig extends ConfigOf<typeof fields> {}

/**
 * In training, multiplies each value by a random number from the normal distribution with mean 1. Otherwise it returns its input.
 * Keras: `GaussianDropout` (Srivastava et al., 2014).
 *
 * @example
 * import { GaussianDropout } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new GaussianDropout({ rate: 0.5 }).call(tensor([[1, 2]])).array() // => [[1, 2]]
 */
export class GaussianDropout extends Layer<GaussianDropoutConfig> {
  static readonly type = 'GaussianDropout'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  override get supportsMasking(): boolean {
    return true
  }

  apply(given: Tensor, { rng, training }: Scope<this>): Tensor {
    const { rate, seed } = this.options
    if (!training || rate === 0) return given
    const x = floatInput(this, given)
    const stddev = Math.sqrt(rate / (1 - rate))
    return mul(x, randomNormal(streamOf(rng, seed).next(), x.shape, { mean: 1, stddev, dtype: this.computeDType }))
  }
}
