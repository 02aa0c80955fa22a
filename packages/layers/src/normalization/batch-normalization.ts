import {
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  describeValue,
  firstMask,
  firstShape,
  type InputShape,
  joinFields,
  type Kind,
  Layer,
  type LayerOptions,
  type Masks,
  type OptionsOf,
  type Rng,
  type Scope,
  titleOf,
} from '@gradus/core'
import {
  add,
  batchMoments,
  batchNormalization,
  cast,
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
  where,
} from '@gradus/tensor'
import { floatInput } from '../float-input.ts'
import * as initializers from '../initializers/index.ts'
import { initializerKind } from '../option-kinds.ts'
import { correctionOf, type RenormClipping, renormedStatistics } from './batch-renormalization.ts'
import { gammaBetaFields, makeGammaBeta } from './gamma-beta.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The axis of the channels. */
    axis: { type: 'integer', default: -1 },
    /** The weight of the old moving averages at each step. */
    momentum: { type: 'number', min: 0, max: 1, default: 0.99 },
    /** Added to the variance. */
    epsilon: { type: 'number', min: 0, default: 1e-3 },
    movingMeanInitializer: { type: initializerKind, among: initializers, default: 'zeros' },
    movingVarianceInitializer: { type: initializerKind, among: initializers, default: 'ones' },
    /** Whether statistics are taken over several devices. Must be false, because there is one device. */
    synchronized: { oneOf: [false], default: false },
    /** Whether to use batch renormalization, which corrects the statistics of a batch towards moving ones (Ioffe, 2017). */
    renorm: { type: 'boolean', default: false },
    /** Limits of the corrections of `renorm`. */
    renormClipping: { type: 'unknown' as Kind<RenormClipping> },
    /** The momentum of the moving statistics of `renorm`. */
    renormMomentum: { type: 'number', min: 0, max: 1, default: 0.99 },
  } as const,
  gammaBetaFields,
)

/** The options of `BatchNormalization`. */
export interface BatchNormalizationConfig extends ConfigOf<typeof fields> {}

/** The parameters of `BatchNormalization`: `gamma` with `scale`, `beta` with `center`. */
export type BatchNormalizationParams = {
  /** `[channels]` */
  readonly gamma?: Tensor
  readonly beta?: Tensor
}

/** The moving statistics of `BatchNormalization`. */
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
 * Normalizes each channel to mean 0 and variance 1, multiplies it by gamma and adds beta; the shape stays. In training, the
 * statistics are those of the batch, without masked steps, and moving averages of them are kept. Otherwise, or if `trainable` is
 * false, the moving averages are used. Throws `ShapeError` for an axis that the input does not have and for a mask that does not
 * fit. Keras: `BatchNormalization` (Ioffe and Szegedy, 2015).
 *
 * @example
 * import { BatchNormalization } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const layer = new BatchNormalization({ epsilon: 0, momentum: 0.5 })
 * layer.call(tensor([[1], [3]]), { training: true }).array() // => [[-1], [1]]
 */
export class BatchNormalization extends Layer<
  BatchNormalizationConfig,
  BatchNormalizationParams,
  BatchNormalizationState
> {
  static readonly type = 'BatchNormalization'
  static override readonly fields = fields
  static override readonly callDefaults = {}
  declare readonly options: OptionsOf<typeof fields>

  constructor(...config: ConfigArgument<LayerOptions<BatchNormalizationConfig>>) {
    super(...config)
    checkClipping(this.options.renormClipping)
  }

  override get supportsMasking(): boolean {
    return true
  }

  /** Sums of squares need more precision than float16 has. */
  override get fullPrecision(): boolean {
    return true
  }

  override init(rng: Rng, inputShape: InputShape): BatchNormalizationParams {
    return makeGammaBeta(rng, this.channelsOf(firstShape(inputShape)), this.dtype, this.options)
  }

  override initState(rng: Rng, inputShape: InputShape): BatchNormalizationState {
    const { movingMeanInitializer, movingVarianceInitializer, renorm } = this.options
    const channels = this.channelsOf(firstShape(inputShape))
    const movingMean = movingMeanInitializer.make(rng.next(), channels, this.dtype)
    const movingVariance = movingVarianceInitializer.make(rng.next(), channels, this.dtype)
    if (!renorm) return { movingMean, movingVariance }
    return {
      movingMean,
      movingVariance,
      movingStddev: sqrt(movingVariance),
      renormMean: movingMeanInitializer.make(rng.next(), channels, this.dtype),
      renormStddev: sqrt(movingVariance),
    }
  }

  apply(given: Tensor, scope: Scope<this>): Tensor {
    const x = floatInput(this, given)
    const { momentum, epsilon, renorm, renormClipping, renormMomentum } = this.options
    const { params, state } = scope
    const axis = normalizeAxis('BatchNormalization', this.options.axis, x.rank)
    const broadcastable = (value: Tensor) =>
      reshape(
        value,
        x.shape.map((d, i) => (i === axis ? d : 1)),
      )
    const gamma = params.gamma && broadcastable(params.gamma)
    const beta = params.beta && broadcastable(params.beta)
    if (!scope.training || !this.trainable) {
      const [movingMean, movingVariance] = [broadcastable(state.movingMean), broadcastable(state.movingVariance)]
      return batchNormalization(x, movingMean, movingVariance, gamma, beta, epsilon)
    }
    const weights = this.stepMask(x, scope.mask)
    const axes = x.shape.map((_, i) => i).filter((i) => i !== axis)
    // masked values may be NaN
    const { mean, variance } = batchMoments(weights ? where(weights, x, 0) : x, axes, weights)
    const flat = { mean: reshape(mean, [x.shape[axis]!]), variance: reshape(variance, [x.shape[axis]!]) }
    if (renorm) {
      const { r, d } = correctionOf(flat, state, epsilon, renormClipping)
      scope.setState(renormedStatistics(flat, state, { epsilon, momentum, renormMomentum }))
      // (x r + d) gamma + beta
      const scale = gamma ? mul(broadcastable(r), gamma) : broadcastable(r)
      const shift = gamma ? mul(broadcastable(d), gamma) : broadcastable(d)
      return batchNormalization(x, mean, variance, scale, beta ? add(shift, beta) : shift, epsilon)
    }
    scope.setState({
      movingMean: movingAverage(state.movingMean, flat.mean, momentum),
      movingVariance: movingAverage(state.movingVariance, flat.variance, momentum),
    })
    return weights
      ? batchNormalization(x, mean, variance, gamma, beta, epsilon)
      : shiftedBy(beta, scaledBy(gamma, layerNormalization(x, { axis: axes, epsilon })))
  }

  private channelsOf(shape: Shape): [number] {
    return [shape[normalizeAxis(titleOf(this), this.options.axis, shape.length)]!]
  }

  /** The mask with a further axis for the channels; undefined without a mask. */
  private stepMask(x: Tensor, masks: Masks): Tensor | undefined {
    const mask = firstMask(masks)
    if (!mask) return undefined
    if (mask.rank !== x.rank - 1) {
      throw new ShapeError(
        `${titleOf(this)} expects a mask with one axis less than its input ${formatShape(x.shape)} and got ${formatShape(mask.shape)}. ` +
          'Give the mask the shape of the input without its last axis.',
      )
    }
    return expandDims(cast(mask, 'bool'), -1)
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

function checkClipping(clipping: RenormClipping | undefined): void {
  if (clipping === undefined) return
  const known = ['rmax', 'rmin', 'dmax']
  const { rmax, rmin, dmax } = clipping
  const isValid = Object.keys(clipping).every((key) => known.includes(key)) && !(rmax! < rmin!) && !(dmax! < 0)
  if (isValid) return
  throw new ConfigError(
    `BatchNormalization: 'renormClipping' is ${describeValue(clipping)}. It takes rmax, rmin and dmax, with rmax not below rmin and dmax not negative.`,
  )
}
