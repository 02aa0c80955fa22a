import {
  type ConfigOf,
  firstShape,
  type InputShape,
  joinFields,
  Layer,
  type OptionsOf,
  type Rng,
  type Scope,
} from '@gradus/core'
import {
  add,
  batchMoments,
  layerNormalization,
  mul,
  normalizeAxes,
  rsqrt,
  type Shape,
  type Tensor,
} from '@gradus/tensor'
import { floatInput } from '../float-input.ts'
import { gammaBetaFields, makeGammaBeta, withGammaBeta } from './gamma-beta.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** Axes over which mean and variance are taken, usually all but the batch. */
    axis: { type: ['integer', 'numbers'], default: -1 },
    /** Added to the variance. */
    epsilon: { type: 'number', min: 0, default: 1e-3 },
    /** Whether to divide by the standard deviation without subtracting the mean, and add no offset. Deprecated in Keras. */
    rmsScaling: { type: 'boolean', default: false },
  } as const,
  gammaBetaFields,
)

/** The options of `LayerNormalization`. */
export interface LayerNormalizationConfig extends ConfigOf<typeof fields> {}

/** The parameters of `LayerNormalization`: `gamma` with `scale`, `beta` with `center`. */
export type LayerNormalizationParams = {
  /** The dimensions of `axis`. */
  readonly gamma?: Tensor
  readonly beta?: Tensor
}

/**
 * Normalizes each sample to mean 0 and variance 1 over `axis`, multiplies it by gamma and adds beta; the shape stays. Throws
 * `ShapeError` for axes that the input does not have. Keras: `LayerNormalization` (Ba et al., 2016).
 *
 * @example
 * import { LayerNormalization } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new LayerNormalization({ epsilon: 0 }).call(tensor([[1, 3]])).array() // => [[-1, 1]]
 */
export class LayerNormalization extends Layer<LayerNormalizationConfig, LayerNormalizationParams> {
  static readonly type = 'LayerNormalization'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  override get supportsMasking(): boolean {
    return true
  }

  /** Sums of squares need more precision than float16 has. */
  override get fullPrecision(): boolean {
    return true
  }

  override init(rng: Rng, inputShape: InputShape): LayerNormalizationParams {
    const { center, scale, rmsScaling } = this.options
    const shape = firstShape(inputShape)
    this.axesOf(shape) // throws for axes that do not exist
    // as in Keras, in ascending order of the axes as they are given
    const paramShape = [...this.axisList].sort((a, b) => a - b).map((axis) => shape.at(axis)!)
    const parts = { scale: scale || rmsScaling, center: center && !rmsScaling }
    return makeGammaBeta(rng, paramShape, this.dtype, { ...this.options, ...parts })
  }

  apply(given: Tensor, { params }: Scope<this>): Tensor {
    const x = floatInput(this, given)
    const axes = this.axesOf(x.shape)
    const shape = x.shape.map((d, axis) => (axes.includes(axis) ? d : 1))
    const { epsilon, rmsScaling } = this.options
    const normalized = rmsScaling
      ? mul(x, rsqrt(add(batchMoments(x, axes).variance, epsilon)))
      : layerNormalization(x, { axis: axes, epsilon })
    return withGammaBeta(normalized, params, shape)
  }

  private get axisList(): readonly number[] {
    const { axis } = this.options
    return typeof axis === 'number' ? [axis] : axis
  }

  private axesOf(shape: Shape): number[] {
    return normalizeAxes('LayerNormalization', this.axisList, shape.length)
  }
}
