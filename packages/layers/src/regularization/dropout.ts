import { ConfigError, describeValue, type Fields, Layer, type LayerConfig, type Scope } from '@gradus/core'
import { bernoulli, div, formatShape, type Tensor, where, zerosLike } from '@gradus/tensor'
import { shapeError } from '../layer-shapes.ts'
import { withInstances } from '../named-options.ts'
import { fraction } from '../option-checks.ts'

export interface DropoutConfig {
  /** Which part of the values is set to 0, from 0 to 1. */
  readonly rate: number
  /** Shape of the mask; it is repeated along dimensions of size 1, and null stands for the input's dimension. */
  readonly noiseShape?: readonly (number | null)[]
  /** Sets this layer's masks apart from those of other seeds; the model's seed and the step count as well. */
  readonly seed?: number
}

/**
 * In training sets each value to 0 with probability `rate` and divides the others by 1 - rate, so that the expected value
 * stays; does nothing otherwise. Keras: `Dropout` (Srivastava et al., 2014).
 *
 * @example
 * import { Rng } from '@gradus/core'
 * import { Dropout } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const scope = { params: {}, state: {}, rng: new Rng(1), training: false, addLoss() {} }
 * new Dropout({ rate: 0.5 }).apply(tensor([[1, 2]]), scope).array() // => [[1, 2]]
 */
export class Dropout extends Layer<DropoutConfig> {
  static readonly type = 'Dropout'
  static override readonly fields = {
    rate: 'number',
    noiseShape: 'shape',
    seed: 'integer',
  } satisfies Fields<DropoutConfig>

  constructor(config: DropoutConfig & LayerConfig) {
    super(withInstances('Dropout', config))
    const { rate, noiseShape } = this.config
    fraction('Dropout', 'rate', rate, Number.NaN)
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
    const { rate, noiseShape, seed } = this.config
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
    const stream = seed === undefined || seed === null ? rng : rng.fork(String(seed))
    const keep = bernoulli(stream.next(), 1 - rate, shape)
    return where(keep, div(x, 1 - rate), 0)
  }
}
