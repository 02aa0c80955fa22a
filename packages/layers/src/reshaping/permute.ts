import {
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  describeValue,
  Layer,
  type LayerOptions,
  type OptionsOf,
  shapeError,
} from '@gradus/core'
import { type Tensor, transpose } from '@gradus/tensor'

const fields = {
  /** The axes of the input in the order of the output. Axis 1 is the first after the batch. */
  dims: { type: 'numbers', required: true, example: '[2, 1]' },
} as const

/** The options of `Permute`. */
export interface PermuteConfig extends ConfigOf<typeof fields> {}

/**
 * Puts the axes of each sample into another order: axis i of the output is axis `dims[i - 1]` of the input. Throws `ShapeError`
 * for inputs with another number of axes than `dims` and the batch. Keras: `Permute`.
 *
 * @example
 * import { Permute } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Permute({ dims: [2, 1] }).call(tensor([[[1, 2], [3, 4]]])).array() // => [[[1, 3], [2, 4]]]
 */
export class Permute extends Layer<PermuteConfig> {
  static readonly type = 'Permute'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  constructor(...config: ConfigArgument<LayerOptions<PermuteConfig>>) {
    super(...config)
    const { dims } = this.options
    if (dims.length > 0 && dims.every((_, index) => dims.includes(index + 1))) return
    throw new ConfigError(
      `Permute: 'dims' must have each of the numbers from 1 to its length once and is ${describeValue(dims)}. ` +
        'Leave the batch out: new Permute({ dims: [2, 1] }).',
    )
  }

  apply(x: Tensor): Tensor {
    const { dims } = this.options
    if (x.rank === dims.length + 1) return transpose(x, [0, ...dims])
    throw shapeError(
      this,
      `an input of ${dims.length + 1} axes, the batch included,`,
      x.shape,
      "'dims' must name each axis but the batch.",
    )
  }
}
