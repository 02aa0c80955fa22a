import { type ConfigArgument, type ConfigOf, Layer, type LayerOptions, type OptionsOf, type Scope } from '@gradus/core'
import { add, bernoulli, mul, type Tensor, where } from '@gradus/tensor'
import { floatInput } from '../float-input.ts'
import { maskShapeOf, noiseShapeField, requireNoiseShape, seedField, streamOf } from './noise.ts'

const fields = {
  /** The fraction of the values that is replaced. */
  rate: { type: 'number', min: 0, below: 1, required: true, example: '0.25' },
  /** Shape of the mask, which is broadcast along dimensions of size 1; null means the dimension of the input. */
  noiseShape: noiseShapeField,
  /** Layers with different seeds replace different values. Which ones also depends on the model's seed and the train step. */
  seed: seedField,
} as const

/** The options of `AlphaDropout`. */
export interface AlphaDropoutConfig extends ConfigOf<typeof fields> {}

// the limit of `selu` for inputs far below 0
const lowest = -1.7580993408473766

/**
 * In training, replaces each value with probability `rate` by the lowest value of the activation `selu`, and then scales and
 * shifts all values so that mean 0 and variance 1 stay. Otherwise it returns its input. Throws `ShapeError` for inputs that do not
 * fit `noiseShape`. Keras: `AlphaDropout` (Klambauer et al., 2017).
 *
 * @example
 * import { AlphaDropout } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new AlphaDropout({ rate: 0.5 }).call(tensor([[1, 2]])).array() // => [[1, 2]]
 */
export class AlphaDropout extends Layer<AlphaDropoutConfig> {
  static readonly type = 'AlphaDropout'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  constructor(...config: ConfigArgument<LayerOptions<AlphaDropoutConfig>>) {
    super(...config)
    requireNoiseShape(this, this.options.noiseShape)
  }

  override get supportsMasking(): boolean {
    return true
  }

  apply(given: Tensor, { rng, training }: Scope<this>): Tensor {
    const { rate, noiseShape, seed } = this.options
    if (!training || rate === 0) return given
    const x = floatInput(this, given)
    const keep = bernoulli(streamOf(rng, seed).next(), 1 - rate, maskShapeOf(this, x, noiseShape))
    // the inverse of the standard deviation that replacing values gives
    const scale = ((1 - rate) * (1 + rate * lowest ** 2)) ** -0.5
    return add(mul(where(keep, x, lowest), scale), -scale * lowest * rate)
  }
}
