import {
  type Adaptable,
  type AdaptData,
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  DataError,
  Layer,
  type LayerOptions,
  learnFrom,
  type OptionsOf,
  requireNumbers,
  titleOf,
} from '@gradus/core'
import { cast, isFloat, less, logicalNot, reshape, sum, type Tensor } from '@gradus/tensor'
import { currentInterpreter, eager, shapeOnly } from '@gradus/tensor/internals'
import { boundariesOf, type Summary, summarize } from './bin-boundaries.ts'
import { categoryModes, encodeCategories, refuseSparse, sparseField } from './encode-categories.ts'
import { constantOf } from './given-moments.ts'

const fields = {
  /** The boundaries between bins, in ascending order. A boundary belongs to the bin above it. */
  binBoundaries: { type: 'numbers', example: '[0, 1, 2]' },
  /** The number of bins, for boundaries that `adapt` learns. */
  numBins: { type: 'integer', min: 1 },
  /** How exact learned boundaries are: the share of the values between two that are told apart. */
  epsilon: { type: 'number', above: 0, max: 1, default: 0.01 },
  /** `int` gives the number of each bin. For the others see `CategoryEncoding`. */
  outputMode: { oneOf: categoryModes, default: 'int' },
  /** Must be false, because there are no sparse tensors. */
  sparse: sparseField,
} as const

/** The options of `Discretization`. */
export interface DiscretizationConfig extends ConfigOf<typeof fields> {}

/**
 * Replaces numbers by the numbers of their bins, int32 in the shape of the input, or by the float32 vectors of `outputMode`. The
 * boundaries of the bins are given, or learned with `adapt` as quantiles of the data; n boundaries make n + 1 bins. NaN belongs
 * to the last bin. Throws `ConfigError` without boundaries and `numBins`, and before boundaries are learned. Keras:
 * `Discretization`.
 *
 * @example
 * import { Discretization } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Discretization({ binBoundaries: [0, 10] }).call(tensor([[-3, 0, 25]])).array() // => [[0, 1, 2]]
 * const layer = new Discretization({ numBins: 2 })
 * await layer.adapt([1, 2, 30, 40])
 * layer.boundaries // => [2]
 */
export class Discretization extends Layer<DiscretizationConfig> implements Adaptable {
  static readonly type = 'Discretization'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>
  private learned: readonly number[] | undefined
  /** Whether the boundaries are constants of a compiled function. */
  private isFixed = false

  constructor(...config: ConfigArgument<LayerOptions<DiscretizationConfig>>) {
    super(...config)
    refuseSparse(this)
    const { binBoundaries, numBins } = this.options
    if (!binBoundaries && numBins === undefined) {
      throw new ConfigError(
        `${titleOf(this)} needs 'binBoundaries', or 'numBins' to learn them with adapt(data). Example: binBoundaries: [0, 1, 2].`,
      )
    }
    const wrong = binBoundaries?.findIndex((value, index) => !(index === 0 || value >= binBoundaries[index - 1]!)) ?? -1
    if (wrong < 0) return
    throw new ConfigError(
      `${titleOf(this)}: 'binBoundaries' must be in ascending order, and ${binBoundaries![wrong]} follows ${binBoundaries![wrong - 1]}. Sort them.`,
    )
  }

  /** The boundaries between bins. Throws `ConfigError` if they are not known yet. */
  get boundaries(): readonly number[] {
    const boundaries = this.learned ?? this.options.binBoundaries
    if (boundaries) return boundaries
    throw new ConfigError(
      `${titleOf(this)} has no boundaries yet. Give the option 'binBoundaries', or call adapt(data) first.`,
    )
  }

  override get autocast(): boolean {
    return false
  }

  apply(x: Tensor): Tensor {
    const { boundaries } = this
    const interpreter = currentInterpreter()
    if (interpreter !== eager && interpreter !== shapeOnly) this.isFixed = true
    const values = isFloat(x.dtype) ? x : cast(x, this.dtype)
    const data = Float64Array.from(boundaries)
    const shape = [boundaries.length]
    const limits = constantOf({ data, shape, dtype: 'float64' }, shape, values.dtype)
    const reached = logicalNot(less(reshape(values, [...values.shape, 1]), limits))
    const bins = sum(cast(reached, 'int32'), { axis: -1 })
    return encodeCategories(bins, this.options.outputMode, boundaries.length + 1, this.computeDType)
  }

  /**
   * Replaces the boundaries by quantiles of the data. Throws `ConfigError` without `numBins`, and if a compiled function uses the
   * boundaries, and `DataError` for strings, for no data and for values that are not finite.
   */
  async adapt(data: AdaptData): Promise<void> {
    const { numBins, epsilon } = this.options
    if (numBins === undefined) {
      throw new ConfigError(
        `${titleOf(this)} has 'binBoundaries' and learns nothing from data. Give numBins instead, or do not call adapt.`,
      )
    }
    if (this.isFixed) {
      throw new ConfigError(
        `${titleOf(this)} is part of a compiled function, in which its boundaries are constants. Call adapt(data) before the model runs, or make a new layer.`,
      )
    }
    let summary: Summary | undefined
    const reading = learnFrom(this, data, (values) => {
      const array = requireNumbers(values, `The data that ${titleOf(this)} is adapted to`)
      const wrong = array.data.find((value) => !Number.isFinite(value))
      if (wrong !== undefined) {
        throw new DataError(
          `${titleOf(this)} is adapted to data that holds ${wrong}. Remove missing and infinite values first.`,
        )
      }
      if (array.data.length > 0) summary = summarize(array.data, epsilon, summary)
    })
    if (reading) await reading
    if (!summary) throw new DataError(`${titleOf(this)} is adapted to no values. Give at least one sample.`)
    this.learned = boundariesOf(summary, numBins)
  }

  /** The spec includes learned boundaries. */
  override toSpec(): object {
    const spec = super.toSpec()
    return this.learned ? { ...spec, binBoundaries: this.learned } : spec
  }
}
