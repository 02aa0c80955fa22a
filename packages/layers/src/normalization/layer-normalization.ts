import { type Fields, type Initializer, Layer, type LayerConfig, type Rng, type Scope } from '@gradus/core'
import {
  add,
  batchMoments,
  layerNormalization,
  mul,
  normalizeAxes,
  reshape,
  rsqrt,
  type Shape,
  type Tensor,
} from '@gradus/tensor'
import type { ConstraintLike } from '../constraints/resolve.ts'
import { type InitializerLike, resolveInitializer } from '../initializers/resolve.ts'
import { firstShape } from '../layer-shapes.ts'
import { withInstances } from '../named-options.ts'
import type { RegularizerLike } from '../regularizers/resolve.ts'

export interface LayerNormalizationConfig {
  /** Axes over which mean and variance are taken, usually all but the batch (default -1). */
  readonly axis?: number | readonly number[]
  /** Added to the variance (default 1e-3). */
  readonly epsilon?: number
  /** Whether an offset beta is added (default true). */
  readonly center?: boolean
  /** Whether to multiply by gamma (default true). */
  readonly scale?: boolean
  /** Divide by the standard deviation without taking the mean away, and add no offset (default false). Deprecated in Keras. */
  readonly rmsScaling?: boolean
  /** Default zeros. */
  readonly betaInitializer?: InitializerLike
  /** Default ones. */
  readonly gammaInitializer?: InitializerLike
  readonly betaRegularizer?: RegularizerLike
  readonly gammaRegularizer?: RegularizerLike
  readonly betaConstraint?: ConstraintLike
  readonly gammaConstraint?: ConstraintLike
}

export type LayerNormalizationParams = {
  /** The dimensions of `axis`. */
  readonly gamma?: Tensor
  readonly beta?: Tensor
}

/**
 * Each sample with mean 0 and variance 1 over `axis`, then scaled and moved by what is learnt; the shape stays.
 * Throws `ShapeError` for axes that the input does not have. Keras: `LayerNormalization` (Ba et al., 2016).
 *
 * @example
 * import { Rng } from '@gradus/core'
 * import { LayerNormalization } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const layer = new LayerNormalization({ epsilon: 0 })
 * const scope = { params: layer.init(new Rng(1), [1, 2]), state: {}, rng: new Rng(1), training: false, addLoss() {} }
 * layer.apply(tensor([[1, 3]]), scope).array() // => [[-1, 1]]
 */
export class LayerNormalization extends Layer<LayerNormalizationConfig, LayerNormalizationParams> {
  static readonly type = 'LayerNormalization'
  static override readonly fields = {
    axis: ['integer', 'numbers'],
    epsilon: 'number',
    center: 'boolean',
    scale: 'boolean',
    rmsScaling: 'boolean',
    betaInitializer: 'initializer',
    gammaInitializer: 'initializer',
    betaRegularizer: 'regularizer',
    gammaRegularizer: 'regularizer',
    betaConstraint: 'constraint',
    gammaConstraint: 'constraint',
  } satisfies Fields<LayerNormalizationConfig>
  private readonly gammaInitializer: Initializer
  private readonly betaInitializer: Initializer

  constructor(config: LayerNormalizationConfig & LayerConfig = {}) {
    super(withInstances('LayerNormalization', config))
    this.gammaInitializer = resolveInitializer(
      config.gammaInitializer ?? 'ones',
      'LayerNormalization: gammaInitializer',
    )
    this.betaInitializer = resolveInitializer(config.betaInitializer ?? 'zeros', 'LayerNormalization: betaInitializer')
  }

  override get supportsMasking(): boolean {
    return true
  }

  /** Sums of squares need more digits than halves have. */
  override get fullPrecision(): boolean {
    return true
  }

  override init(rng: Rng, inputShape: Shape | readonly Shape[]): LayerNormalizationParams {
    const { center = true, scale = true, rmsScaling = false } = this.config
    const shape = firstShape(inputShape)
    this.axesOf(shape) // throws for axes that do not exist
    const own = this.axisList.map((axis) => shape.at(axis)!)
    return {
      ...(scale || rmsScaling ? { gamma: this.gammaInitializer.make(rng.next(), own, this.dtype) } : {}),
      ...(center && !rmsScaling ? { beta: this.betaInitializer.make(rng.next(), own, this.dtype) } : {}),
    }
  }

  apply(x: Tensor, { params }: Scope<this>): Tensor {
    const axes = this.axesOf(x.shape)
    const shape = x.shape.map((d, axis) => (axes.includes(axis) ? d : 1))
    const { epsilon = 1e-3, rmsScaling = false } = this.config
    const normal = rmsScaling
      ? mul(x, rsqrt(add(batchMoments(x, axes).variance, epsilon)))
      : layerNormalization(x, { axis: axes, epsilon })
    const scaled = params.gamma ? mul(normal, reshape(params.gamma, shape)) : normal
    return params.beta ? add(scaled, reshape(params.beta, shape)) : scaled
  }

  private get axisList(): readonly number[] {
    const { axis = -1 } = this.config
    return typeof axis === 'number' ? [axis] : axis
  }

  private axesOf(shape: Shape): number[] {
    return normalizeAxes('LayerNormalization', this.axisList, shape.length)
  }
}
