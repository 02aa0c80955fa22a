import { type ConfigArgument, type ConfigOf, Layer, type LayerOptions, type OptionsOf, type Scope } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import { dropped, maskShapeOf, noiseShapeField, rateField, requireNoiseShape, seedField, streamOf } from './noise.ts'

const fields = {
  /** The fraction of the values that is set to 0. */
  rate: rateField,
  /** Shape of the mask, which is broadcast along dimensions of size 1; null means the dimension of the input. */
  noiseShape: noiseShapeField,
  /** Layers with different seeds drop different values. Which ones also depends on the model's seed and the train step. */
  seed: seedField,
} as const

/** The options of `Dropout`. */
export interface DropoutConfig extends ConfigOf<typeof fields> {}

/**
 * In training, sets each value to 0 with probability `rate` and divides the others by 1 - rate, so that the expected value stays.
 * Otherwise it returns its input. Throws `ShapeError` for inputs that do not fit `noiseShape`. Keras: `Dropout` (Srivastava et
 * al., 2014).
 *
 * @example
 * import { Dropout } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Dropout({ rate: 0.5 }).call(tensor([[1, 2]])).array() // => [[1, 2]]
 */
export class Dropout extends Layer<DropoutConfig> {
  static readonly type = 'Dropout'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  constructor(...config: ConfigArgument<LayerOptions<DropoutConfig>>) {
    super(...config)
    requireNoiseShape(this, this.options.noiseShape)
  }

  override get supportsMasking(): boolean {
    return true
  }

  apply(x: Tensor, { rng, training }: Scope<this>): Tensor {
    const { rate, noiseShape, seed } = this.options
    if (!training || rate === 0) return x
    return dropped(x, rate, maskShapeOf(this, x, noiseShape), streamOf(rng, seed))
  }
}
