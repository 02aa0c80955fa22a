import {
  type ConfigOf,
  firstShape,
  type InputShape,
  Layer,
  type OptionsOf,
  type Rng,
  type Scope,
  titleOf,
} from '@gradus/core'
import { add, mean, mul, normalizeAxes, ones, reshape, rsqrt, square, type Tensor } from '@gradus/tensor'
import { floatInput } from '../float-input.ts'

const fields = {
  /** Axes over which the mean square is taken, usually the last. */
  axis: { type: ['integer', 'numbers'], default: -1 },
  /** Added to the mean square. */
  epsilon: { type: 'number', min: 0, default: 1e-6 },
} as const

/** The options of `RMSNormalization`. */
export interface RMSNormalizationConfig extends ConfigOf<typeof fields> {}

/** The parameters of `RMSNormalization`. */
export type RMSNormalizationParams = {
  /** The dimensions of `axis`, in ascending order. */
  readonly scale: Tensor
}

/**
 * Divides each sample by the root of its mean square over `axis` and multiplies it by a learned scale; the shape stays. As in
 * Keras, a mask of the input ends here. Throws `ShapeError` for axes that the input does not have. Keras: `RMSNormalization`
 * (Zhang and Sennrich, 2019).
 *
 * @example
 * import { RMSNormalization } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new RMSNormalization({ epsilon: 0 }).call(tensor([[1, -7]])).array() // => [[0.2, -1.4]]
 */
export class RMSNormalization extends Layer<RMSNormalizationConfig, RMSNormalizationParams> {
  static readonly type = 'RMSNormalization'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  /** Sums of squares need more precision than float16 has. */
  override get fullPrecision(): boolean {
    return true
  }

  override init(_rng: Rng, inputShape: InputShape): RMSNormalizationParams {
    const shape = firstShape(inputShape)
    const axes = normalizeAxes(titleOf(this), this.options.axis, shape.length)
    return {
      scale: ones(
        axes.map((axis) => shape[axis]!),
        this.dtype,
      ),
    }
  }

  apply(given: Tensor, { params }: Scope<this>): Tensor {
    const x = floatInput(this, given)
    const axes = normalizeAxes(titleOf(this), this.options.axis, x.rank)
    const inverse = rsqrt(add(mean(square(x), { axis: axes, keepDims: true }), this.options.epsilon))
    return mul(
      mul(x, inverse),
      reshape(
        params.scale,
        x.shape.map((d, axis) => (axes.includes(axis) ? d : 1)),
      ),
    )
  }
}
