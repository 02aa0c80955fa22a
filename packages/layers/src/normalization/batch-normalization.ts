import {
  ConfigError,
  describeValue,
  type Fields,
  type Initializer,
  Layer,
  type LayerConfig,
  Rng,
  type Scope,
} from '@gradus/core'
import {
  add,
  batchMoments,
  batchNormalization,
  expandDims,
  formatShape,
  layerNormalization,
  mul,
  normalizeAxis,
  reshape,
  type Shape,
  ShapeError,
  sqrt,
  type Tensor,
} from '@gradus/tensor'
import type { ConstraintLike } from '../constraints/resolve.ts'
import { type InitializerLike, resolveInitializer } from '../initializers/resolve.ts'
import { firstShape, titleOf } from '../layer-shapes.ts'
import { withInstances } from '../named-options.ts'
import { fraction } from '../option-checks.ts'
import type { RegularizerLike } from '../regularizers/resolve.ts'
import { correctionOf, type RenormClipping, renormedStatistics } from './batch-renormalization.ts'

export interface BatchNormalizationConfig {
  /** The axis of the channels (default -1). */
  readonly axis?: number
  /** How much of the moving averages stays at each step (default 0.99). */
  readonly momentum?: number
  /** Added to the variance (default 1e-3). */
  readonly epsilon?: number
  /** Whether an offset beta is added (default true). */
  readonly center?: boolean
  /** Whether to multiply by gamma (default true). */
  readonly scale?: boolean
  /** Default zeros. */
  readonly betaInitializer?: InitializerLike
  /** Default ones. */
  readonly gammaInitializer?: InitializerLike
  /** Default zeros. */
  readonly movingMeanInitializer?: InitializerLike
  /** Default ones. */
  readonly movingVarianceInitializer?: InitializerLike
  readonly betaRegularizer?: RegularizerLike
  readonly gammaRegularizer?: RegularizerLike
  readonly betaConstraint?: ConstraintLike
  readonly gammaConstraint?: ConstraintLike
  /** Statistics over several devices; there is one device here, so only false is possible. */
  readonly synchronized?: boolean
  /** Correct each batch's statistics towards moving ones (default false; Ioffe, 2017). */
  readonly renorm?: boolean
  /** Limits of the corrections of `renorm`. */
  readonly renormClipping?: RenormClipping
  /** Momentum of the statistics that `renorm` corrects towards (default 0.99). */
  readonly renormMomentum?: number
}

export type BatchNormalizationParams = {
  /** `[channels]` */
  readonly gamma?: Tensor
  readonly beta?: Tensor
}

export type BatchNormalizationState = {
  /** `[channels]` */
  readonly movingMean: Tensor
  readonly movingVariance: Tensor
  /** The last three only with `renorm`. */
  readonly movingStddev?: Tensor
  readonly renormMean?: Tensor
  readonly renormStddev?: Tensor
}

/**
 * Each channel with mean 0 and variance 1, then scaled and moved by what is learnt; the shape stays. In training the
 * statistics are those of the batch (of what its mask lets through), and moving averages of them are kept; otherwise, or
 * with `trainable` false, the moving averages are used. Keras: `BatchNormalization` (Ioffe and Szegedy, 2015).
 *
 * @example
 * import { Rng } from '@gradus/core'
 * import { BatchNormalization } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const layer = new BatchNormalization({ epsilon: 0, momentum: 0.5 })
 * const [params, state] = [layer.init(new Rng(1), [2, 1]), layer.initState([2, 1])]
 * const [y, next] = layer.apply(tensor([[1], [3]]), { params, state, rng: new Rng(1), training: true, addLoss() {} })
 * y.array() // => [[-1], [1]]
 * next.movingMean.array() // => [1]
 */
export class BatchNormalization extends Layer<
  BatchNormalizationConfig,
  BatchNormalizationParams,
  BatchNormalizationState
> {
  static readonly type = 'BatchNormalization'
  static override readonly fields = {
    axis: 'integer',
    momentum: 'number',
    epsilon: 'number',
    center: 'boolean',
    scale: 'boolean',
    betaInitializer: 'initializer',
    gammaInitializer: 'initializer',
    movingMeanInitializer: 'initializer',
    movingVarianceInitializer: 'initializer',
    betaRegularizer: 'regularizer',
    gammaRegularizer: 'regularizer',
    betaConstraint: 'constraint',
    gammaConstraint: 'constraint',
    synchronized: { oneOf: [false] },
    renorm: 'boolean',
    renormClipping: 'unknown',
    renormMomentum: 'number',
  } satisfies Fields<BatchNormalizationConfig>
  private readonly initializers: Record<'gamma' | 'beta' | 'movingMean' | 'movingVariance', Initializer>

  constructor(config: BatchNormalizationConfig & LayerConfig = {}) {
    super(withInstances('BatchNormalization', config))
    const make = (name: string, like: InitializerLike) => resolveInitializer(like, `BatchNormalization: ${name}`)
    fraction('BatchNormalization', 'momentum', config.momentum, 0.99)
    fraction('BatchNormalization', 'renormMomentum', config.renormMomentum, 0.99)
    requireLimits(config.renormClipping)
    this.initializers = {
      gamma: make('gammaInitializer', config.gammaInitializer ?? 'ones'),
      beta: make('betaInitializer', config.betaInitializer ?? 'zeros'),
      movingMean: make('movingMeanInitializer', config.movingMeanInitializer ?? 'zeros'),
      movingVariance: make('movingVarianceInitializer', config.movingVarianceInitializer ?? 'ones'),
    }
  }

  override get supportsMasking(): boolean {
    return true
  }

  /** Sums of squares need more digits than halves have. */
  override get fullPrecision(): boolean {
    return true
  }

  override init(rng: Rng, inputShape: Shape | readonly Shape[]): BatchNormalizationParams {
    const { center = true, scale = true } = this.config
    const channels = this.channelsOf(firstShape(inputShape))
    return {
      ...(scale ? { gamma: this.initializers.gamma.make(rng.next(), channels, this.dtype) } : {}),
      ...(center ? { beta: this.initializers.beta.make(rng.next(), channels, this.dtype) } : {}),
    }
  }

  override initState(inputShape: Shape | readonly Shape[]): BatchNormalizationState {
    const channels = this.channelsOf(firstShape(inputShape))
    // the state has no random numbers of its own; initializers of it are constants in practice
    const key = new Rng(0).key
    const movingMean = this.initializers.movingMean.make(key, channels, this.dtype)
    const movingVariance = this.initializers.movingVariance.make(key, channels, this.dtype)
    if (!this.config.renorm) return { movingMean, movingVariance }
    return {
      movingMean,
      movingVariance,
      movingStddev: sqrt(movingVariance),
      renormMean: this.initializers.movingMean.make(key, channels, this.dtype),
      renormStddev: sqrt(movingVariance),
    }
  }

  apply(x: Tensor, { params, state, training, mask }: Scope<this>): Tensor | [Tensor, BatchNormalizationState] {
    const { momentum = 0.99, epsilon = 1e-3, renorm = false } = this.config
    const axis = normalizeAxis('BatchNormalization', this.config.axis ?? -1, x.rank)
    const wide = (value: Tensor) =>
      reshape(
        value,
        x.shape.map((d, i) => (i === axis ? d : 1)),
      )
    const gamma = params.gamma && wide(params.gamma)
    const beta = params.beta && wide(params.beta)
    if (!training || !this.trainable) {
      return batchNormalization(x, wide(state.movingMean), wide(state.movingVariance), gamma, beta, epsilon)
    }
    const weights = this.stepsThatCount(x, mask)
    const axes = x.shape.map((_, i) => i).filter((i) => i !== axis)
    const { mean, variance } = batchMoments(x, axes, weights)
    const flat = { mean: reshape(mean, [x.shape[axis]!]), variance: reshape(variance, [x.shape[axis]!]) }
    if (renorm) {
      const { r, d } = correctionOf(flat, state, epsilon, this.config.renormClipping)
      // (x r + d) gamma + beta
      const scale = gamma ? mul(wide(r), gamma) : wide(r)
      const shift = gamma ? mul(wide(d), gamma) : wide(d)
      const y = batchNormalization(x, mean, variance, scale, beta ? add(shift, beta) : shift, epsilon)
      const next = renormedStatistics(flat, state, {
        epsilon,
        momentum,
        renormMomentum: this.config.renormMomentum ?? 0.99,
      })
      return [y, next]
    }
    const y = weights
      ? batchNormalization(x, mean, variance, gamma, beta, epsilon)
      : shiftedBy(beta, scaledBy(gamma, layerNormalization(x, { axis: axes, epsilon })))
    return [
      y,
      {
        movingMean: movingAverage(state.movingMean, flat.mean, momentum),
        movingVariance: movingAverage(state.movingVariance, flat.variance, momentum),
      },
    ]
  }

  private channelsOf(shape: Shape): [number] {
    return [shape[normalizeAxis(titleOf(this), this.config.axis ?? -1, shape.length)]!]
  }

  /** The mask with an axis for the channels, if there is one. */
  private stepsThatCount(x: Tensor, mask: Scope<this>['mask']): Tensor | undefined {
    const only = (Array.isArray(mask) ? mask[0] : mask) as Tensor | undefined
    if (!only) return undefined
    if (only.rank !== x.rank - 1) {
      throw new ShapeError(
        `${titleOf(this)} expects a mask with one axis less than its input ${formatShape(x.shape)} and got ${formatShape(only.shape)}. ` +
          'Give the mask the shape of the input without its last axis.',
      )
    }
    return expandDims(only, -1)
  }
}

function movingAverage(old: Tensor, now: Tensor, momentum: number): Tensor {
  return add(mul(old, momentum), mul(now, 1 - momentum))
}

function scaledBy(gamma: Tensor | undefined, x: Tensor): Tensor {
  return gamma ? mul(x, gamma) : x
}

function shiftedBy(beta: Tensor | undefined, x: Tensor): Tensor {
  return beta ? add(x, beta) : x
}

function requireLimits(clipping: RenormClipping | null | undefined): void {
  if (clipping === undefined || clipping === null) return
  const known = ['rmax', 'rmin', 'dmax']
  const { rmax, rmin, dmax } = clipping
  const sound = Object.keys(clipping).every((key) => known.includes(key)) && !(rmax! < rmin!) && !(dmax! < 0)
  if (sound) return
  throw new ConfigError(
    `BatchNormalization: 'renormClipping' is ${describeValue(clipping)}. It takes rmax, rmin and dmax, with rmax not below rmin and dmax not negative.`,
  )
}
