import { type ConfigArgument, type ConfigOf, Layer, type LayerOptions, type OptionsOf, shapeError } from '@gradus/core'
import { maxPool, type Tensor } from '@gradus/tensor'
import { dataFormats, fromChannelsLast, toChannelsLast } from '../data-format.ts'
import { perSpatialAxis } from '../option-checks.ts'

const fields = {
  /** Height and width of the window, or one number for both. */
  poolSize: { type: ['integer', 'numbers'], min: 1, default: 2 },
  /** Distance between windows (default poolSize). */
  strides: { type: ['integer', 'numbers'], min: 1 },
  /** `valid` pads nothing; `same` pads the edges with values that are never the maximum. */
  padding: { oneOf: ['valid', 'same'], default: 'valid' },
  dataFormat: { oneOf: dataFormats, default: 'channelsLast' },
} as const

/** The options of `MaxPooling2D`. */
export interface MaxPooling2DConfig extends ConfigOf<typeof fields> {}

/**
 * 2D max pooling: the largest value in each window of each channel. `[batch, height, width, channels]` gives the same with a
 * smaller height and width. The gradient flows to the first maximum. Throws `ShapeError` for other ranks. Keras: `MaxPooling2D`.
 *
 * @example
 * import { MaxPooling2D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const x = tensor([[[[1], [2]], [[3], [4]]]])
 * new MaxPooling2D().call(x).array() // => [[[[4]]]]
 */
export class MaxPooling2D extends Layer<MaxPooling2DConfig> {
  static readonly type = 'MaxPooling2D'
  static readonly aliases = ['MaxPool2D'] as const
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>
  private readonly poolSize: readonly number[]
  private readonly strides: readonly number[]

  constructor(...config: ConfigArgument<LayerOptions<MaxPooling2DConfig>>) {
    super(...config)
    const { poolSize, strides } = this.options
    this.poolSize = perSpatialAxis(this.type, 'poolSize', poolSize, 2)
    this.strides = perSpatialAxis(this.type, 'strides', strides ?? this.poolSize, 2)
  }

  apply(x: Tensor): Tensor {
    const { padding, dataFormat } = this.options
    if (x.rank !== 4) {
      const wanted =
        dataFormat === 'channelsLast' ? '[batch, height, width, channels]' : '[batch, channels, height, width]'
      throw shapeError(this, `images of shape ${wanted}`, x.shape, 'Pool before flattening.')
    }
    const { poolSize, strides } = this
    return fromChannelsLast(maxPool(toChannelsLast(x, dataFormat), { poolSize, strides, padding }), dataFormat)
  }
}
