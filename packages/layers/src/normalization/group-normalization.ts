import {
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  describeValue,
  firstShape,
  type InputShape,
  joinFields,
  Layer,
  type LayerOptions,
  type OptionsOf,
  type Rng,
  type Scope,
  titleOf,
} from '@gradus/core'
import {
  formatShape,
  layerNormalization,
  normalizeAxis,
  reshape,
  type Shape,
  ShapeError,
  type Tensor,
} from '@gradus/tensor'
import { floatInput } from '../float-input.ts'
import { gammaBetaFields, makeGammaBeta, withGammaBeta } from './gamma-beta.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The number of groups of channels, which divides the number of channels; -1 makes each channel a group. */
    groups: { type: 'integer', default: 32 },
    /** The axis of the channels. */
    axis: { type: 'integer', default: -1 },
    /** Added to the variance. */
    epsilon: { type: 'number', min: 0, default: 1e-3 },
  } as const,
  gammaBetaFields,
)

/** The options of `GroupNormalization`. */
export interface GroupNormalizationConfig extends ConfigOf<typeof fields> {}

/** The parameters of `GroupNormalization`: `gamma` with `scale`, `beta` with `center`. */
export type GroupNormalizationParams = {
  /** `[channels]` */
  readonly gamma?: Tensor
  readonly beta?: Tensor
}

/**
 * Normalizes each group of adjacent channels of a sample to mean 0 and variance 1, multiplies each channel by gamma and adds beta;
 * the shape stays. One group is layer normalization over all axes, groups of one channel (`groups: -1`) are instance
 * normalization. Throws `ShapeError` for an axis that the input does not have, and for a number of channels that the groups do not
 * divide. Keras: `GroupNormalization` (Wu and He, 2018).
 *
 * @example
 * import { GroupNormalization } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new GroupNormalization({ groups: 2, epsilon: 0 }).call(tensor([[1, 3, 10, 30]])).array() // => [[-1, 1, -1, 1]]
 */
export class GroupNormalization extends Layer<GroupNormalizationConfig, GroupNormalizationParams> {
  static readonly type = 'GroupNormalization'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  constructor(...config: ConfigArgument<LayerOptions<GroupNormalizationConfig>>) {
    super(...config)
    const { groups } = this.options
    if (groups >= 1 || groups === -1) return
    throw new ConfigError(
      `GroupNormalization: 'groups' must be a positive whole number, or -1 for a group for each channel, and is ${describeValue(groups)}.`,
    )
  }

  override get supportsMasking(): boolean {
    return true
  }

  /** Sums of squares need more precision than float16 has. */
  override get fullPrecision(): boolean {
    return true
  }

  override init(rng: Rng, inputShape: InputShape): GroupNormalizationParams {
    const shape = firstShape(inputShape)
    const { axis } = this.groupsOf(shape)
    return makeGammaBeta(rng, [shape[axis]!], this.dtype, this.options)
  }

  apply(given: Tensor, { params }: Scope<this>): Tensor {
    const x = floatInput(this, given)
    const { axis, groups, size } = this.groupsOf(x.shape)
    const { epsilon } = this.options
    const grouped = reshape(x, [...x.shape.slice(0, axis), groups, size, ...x.shape.slice(axis + 1)])
    // over all axes but the batch and the groups
    const axes = grouped.shape.map((_, i) => i).filter((i) => i !== 0 && i !== axis)
    const normalized = reshape(layerNormalization(grouped, { axis: axes, epsilon }), x.shape)
    const perChannel = x.shape.map((d, i) => (i === axis ? d : 1))
    return withGammaBeta(normalized, params, perChannel)
  }

  /** The axis of the channels, the number of groups, and the number of channels of each. */
  private groupsOf(shape: Shape): { axis: number; groups: number; size: number } {
    const axis = normalizeAxis(titleOf(this), this.options.axis, shape.length)
    const channels = shape[axis]!
    const groups = this.options.groups === -1 ? channels : this.options.groups
    if (axis > 0 && channels % groups === 0 && channels >= groups) return { axis, groups, size: channels / groups }
    throw new ShapeError(
      axis === 0
        ? `${titleOf(this)} takes an axis of channels, and axis ${this.options.axis} of its input ${formatShape(shape)} is the batch.`
        : `${titleOf(this)} has ${groups} groups, which do not divide the ${channels} channels of its input ${formatShape(shape)}. ` +
            "Set 'groups' to a divisor of the number of channels.",
    )
  }
}
