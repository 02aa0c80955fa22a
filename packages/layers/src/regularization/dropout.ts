import {
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  describeValue,
  Layer,
  type LayerOptions,
  type OptionsOf,
  type Scope,
  shapeError,
} from '@gradus/core'
import { bernoulli, div, formatShape, type Tensor, where, zerosLike } from '@gradus/tensor'

const fields = {
  /** The fraction of the values that is set to 0. */
  rate: { type: 'number', min: 0, max: 1, required: true, example: '0.25' },
  /** Shape of the mask, which is broadcast along dimensions of size 1; null means the dimension of the input. */
  noiseShape: 'shape',
  /** Layers with different seeds drop different values. Which ones also depends on the model's seed and the train step. */
  seed: 'integer',
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
    const { noiseShape } = this.options
    if (noiseShape?.some((d) => d !== null && !(Number.isInteger(d) && d >= 1))) {
      throw new ConfigError(
        `Dropout: 'noiseShape' must be a list of positive whole numbers and nulls and is ${describeValue(noiseShape)}. Example: [null, 1, 8].`,
      )
    }
  }

  override get supportsMasking(): boolean {
    return true
  }

  apply(x: Tensor, { rng, training }: Scope<this>): Tensor {
    const { rate, noiseShape, seed } = this.options
    if (!training || rate === 0) return x
    if (rate === 1) return zerosLike(x)
    const shape = x.shape.map((d, axis) => noiseShape?.[axis] ?? d)
    if (noiseShape && (noiseShape.length !== x.rank || shape.some((d, axis) => d !== 1 && d !== x.shape[axis]))) {
      throw shapeError(
        this,
        `an input that 'noiseShape' ${formatShape(noiseShape)} can be broadcast to`,
        x.shape,
        'Each of its entries must be null, 1 or the dimension of the input.',
      )
    }
    const stream = seed === undefined ? rng : rng.fork(String(seed))
    const keep = bernoulli(stream.next(), 1 - rate, shape)
    return where(keep, div(x, 1 - rate), 0)
  }
}
