import {
  type Adaptable,
  type AdaptData,
  buildFor,
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  DataError,
  firstShape,
  type InputShape,
  type Kind,
  Layer,
  type LayerOptions,
  learnFrom,
  type OptionsOf,
  Rng,
  requireNumbers,
  type Scope,
  shapeError,
  standIn,
  titleOf,
  variablesOf,
  writeVariables,
} from '@gradus/core'
import {
  add,
  cast,
  div,
  formatShape,
  isFloat,
  maximum,
  mul,
  normalizeAxes,
  ones,
  reshape,
  type Shape,
  sameShape,
  sizeOf,
  sqrt,
  sub,
  type Tensor,
  tensor,
  zeros,
} from '@gradus/tensor'
import { keepTensors } from '@gradus/tensor/internals'
import { broadcastShape, constantOf, type GivenMoments, givenMoments, type NestedValues } from './given-moments.ts'
import { RunningMoments } from './running-moments.ts'

const moment = { type: 'unknown' as Kind<NestedValues> } as const

const fields = {
  /** Axes with a separate mean and variance for each position; null: one mean and one variance for all values. */
  axis: { type: ['integer', 'numbers'], default: -1, whenNull: [] },
  /** The mean, if it is known: a number, or one for each position along `axis`. */
  mean: moment,
  /** The variance that belongs to `mean`, in the same form. */
  variance: moment,
  /** Whether to convert normalized values back to the original ones. */
  invert: { type: 'boolean', default: false },
} as const

/** The options of `Normalization`. */
export interface NormalizationConfig extends ConfigOf<typeof fields> {}

/** The learned statistics of `Normalization`; empty if mean and variance are options. */
export type NormalizationState = {
  /** The dimensions of `axis`. */
  readonly mean?: Tensor
  readonly variance?: Tensor
  /** int32, always 0; it exists because Keras has this weight. */
  readonly count?: Tensor
}

/** The smallest divisor. */
const minDeviation = 1e-7

/**
 * Normalizes values to mean 0 and variance 1 at each position along `axis`: (x - mean) / sqrt(variance); the shape stays.
 * Mean and variance are options or learned from data with `adapt`; before that they are 0 and 1. Throws `ShapeError` for axes
 * that the input does not have. Keras: `Normalization`.
 *
 * @example
 * import { Normalization } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const layer = new Normalization()
 * await layer.adapt([[0, 10], [2, 30]])
 * layer.call(tensor([[3, 20]])).array() // => [[2, 0]]
 */
export class Normalization
  extends Layer<NormalizationConfig, Record<string, never>, NormalizationState>
  implements Adaptable
{
  static readonly type = 'Normalization'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>
  private readonly given: GivenMoments | undefined

  constructor(...config: ConfigArgument<LayerOptions<NormalizationConfig>>) {
    super(...config)
    this.given = givenMoments(titleOf(this), this.options, this.axisList.length)
  }

  override get supportsMasking(): boolean {
    return true
  }

  /** Values that are not normalized yet may be too large for float16. */
  override get fullPrecision(): boolean {
    return true
  }

  override initState(_rng: Rng, inputShape: InputShape): NormalizationState {
    if (this.given) return {}
    const shape = firstShape(inputShape)
    const sizes = this.learnedAxes(shape).map((axis) => shape[axis]!)
    return { mean: zeros(sizes, this.dtype), variance: ones(sizes, this.dtype), count: zeros([], 'int32') }
  }

  apply(x: Tensor, { state }: Scope<this>): Tensor {
    const values = isFloat(x.dtype) ? x : cast(x, this.dtype)
    const [mean, variance] = this.momentsFor(values, state)
    const deviation = maximum(sqrt(variance), minDeviation)
    return this.options.invert ? add(mul(values, deviation), mean) : div(sub(values, mean), deviation)
  }

  /**
   * Replaces mean and variance by those of the data, computed on the host in float64. Throws `ConfigError` if they are options,
   * and `DataError` for strings, for no data, for values that are not finite and for batches of different shapes.
   */
  async adapt(data: AdaptData): Promise<void> {
    if (this.given) {
      throw new ConfigError(
        `${titleOf(this)} has its mean and variance as options and learns nothing from data. Leave them out, or do not call adapt.`,
      )
    }
    let moments: RunningMoments | undefined
    let shape: Shape = []
    const reading = learnFrom(this, data, (values) => {
      const array = requireNumbers(values, `The data that ${titleOf(this)} is adapted to`)
      if (sizeOf(array.shape) === 0) return
      shape = array.shape
      moments ??= new RunningMoments(shape, this.learnedAxes(shape))
      moments.add(array)
    })
    if (reading) await reading
    if (!moments) throw new DataError(`${titleOf(this)} is adapted to no values. Give at least one sample.`)
    requireFinite(titleOf(this), moments.mean)
    this.keep(moments, shape)
  }

  private keep({ shape, mean, variance }: RunningMoments, inputShape: Shape): void {
    if (!variablesOf(this)) buildFor(this, standIn(inputShape, this.inputDType), {}, () => new Rng(0))
    const state = variablesOf(this)!.state as Required<NormalizationState>
    if (!sameShape(state.mean.shape, shape)) {
      throw new DataError(
        `${titleOf(this)} was called before with a mean of shape ${formatShape(state.mean.shape)}, and the data gives one of shape ${formatShape(shape)}. Adapt it to data of the shape that it is called with.`,
      )
    }
    const { dtype } = this
    const next = {
      ...state,
      mean: tensor(mean, { shape, dtype }),
      variance: tensor(variance, { shape, dtype }),
    }
    keepTensors([next.mean, next.variance])
    writeVariables(this, { state: { '': next } })
  }

  /** Mean and variance in shapes that broadcast against the input. */
  private momentsFor(x: Tensor, state: NormalizationState): readonly [mean: Tensor, variance: Tensor] {
    const axes = normalizeAxes(titleOf(this), this.axisList, x.rank)
    const { given } = this
    if (!given) {
      const momentShape = x.shape.map((d, axis) => (axes.includes(axis) ? d : 1))
      return [reshape(state.mean!, momentShape), reshape(state.variance!, momentShape)]
    }
    const momentShape = broadcastShape(given.mean.shape, x.shape, axes)
    if (momentShape.some((d, axis) => d !== 1 && d !== x.shape[axis])) {
      throw shapeError(
        this,
        `an input that fits a mean of shape ${formatShape(given.mean.shape)} along the axes ${formatShape(axes)}`,
        x.shape,
        'Give a mean and a variance for each position along these axes, or one number.',
      )
    }
    return [constantOf(given.mean, momentShape, x.dtype), constantOf(given.variance, momentShape, x.dtype)]
  }

  /** The axes with a separate mean for each position, if means are learned. */
  private learnedAxes(shape: Shape): number[] {
    const axes = normalizeAxes(titleOf(this), this.axisList, shape.length)
    if (!axes.includes(0)) return axes
    throw shapeError(
      this,
      "an input with a batch axis that is not one of 'axis'",
      shape,
      'Set axis: null for one mean of all values, or give each sample an axis, as in [[1], [2]].',
    )
  }

  private get axisList(): readonly number[] {
    const { axis } = this.options
    return typeof axis === 'number' ? [axis] : axis
  }
}

/** Throws `DataError` for NaN and infinities, which would make all outputs NaN. */
function requireFinite(owner: string, mean: Float64Array): void {
  const position = mean.findIndex((value) => !Number.isFinite(value))
  if (position < 0) return
  throw new DataError(
    `${owner} is adapted to data whose mean at position ${position} is ${mean[position]}. Remove missing and infinite values first.`,
  )
}
