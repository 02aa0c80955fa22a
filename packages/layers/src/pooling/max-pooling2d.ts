import { type Fields, Layer, type LayerConfig } from '@gradus/core'
import { maxPool, type Tensor } from '@gradus/tensor'
import { chooseOption } from '../choice.ts'
import { type DataFormat, dataFormats, fromChannelsLast, toChannelsLast } from '../data-format.ts'
import { shapeError } from '../layer-shapes.ts'
import { withInstances } from '../named-options.ts'
import { perSpatialAxis } from '../option-checks.ts'

export interface MaxPooling2DConfig {
  /** Height and width of the window, or one number for both (default 2). */
  readonly poolSize?: number | readonly number[]
  /** Distance between windows (default poolSize). */
  readonly strides?: number | readonly number[]
  /** `same` lets windows reach over the edge, where nothing wins (default valid). */
  readonly padding?: 'valid' | 'same'
  /** Default channelsLast. */
  readonly dataFormat?: DataFormat
}

/**
 * The largest value under each window of each channel: `[batch, height, width, channels]` gives the same with smaller
 * height and width. The gradient goes to the first maximum. Throws `ShapeError` for other ranks. Keras: `MaxPooling2D`.
 *
 * @example
 * import { MaxPooling2D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const x = tensor([[[[1], [2]], [[3], [4]]]])
 * new MaxPooling2D().apply(x).array() // => [[[[4]]]]
 */
export class MaxPooling2D extends Layer<MaxPooling2DConfig> {
  static readonly type = 'MaxPooling2D'
  static readonly aliases = ['MaxPool2D'] as const
  static override readonly fields = {
    poolSize: ['integer', 'numbers'],
    strides: ['integer', 'numbers'],
    padding: 'string',
    dataFormat: 'string',
  } satisfies Fields<MaxPooling2DConfig>
  private readonly poolSize: readonly number[]
  private readonly strides: readonly number[]
  private readonly padding: 'valid' | 'same'
  private readonly dataFormat: DataFormat

  constructor(config: MaxPooling2DConfig & LayerConfig = {}) {
    super(withInstances('MaxPooling2D', config))
    this.poolSize = perSpatialAxis('MaxPooling2D', 'poolSize', config.poolSize ?? 2, 2)
    this.strides = perSpatialAxis('MaxPooling2D', 'strides', config.strides ?? this.poolSize, 2)
    this.padding = chooseOption('MaxPooling2D', 'padding', config.padding, ['valid', 'same'])
    this.dataFormat = chooseOption('MaxPooling2D', 'dataFormat', config.dataFormat, dataFormats)
  }

  apply(x: Tensor): Tensor {
    if (x.rank !== 4) {
      const wanted =
        this.dataFormat === 'channelsLast' ? '[batch, height, width, channels]' : '[batch, channels, height, width]'
      throw shapeError(this, `images of shape ${wanted}`, x.shape, 'Pool before flattening.')
    }
    const { poolSize, strides, padding } = this
    return fromChannelsLast(
      maxPool(toChannelsLast(x, this.dataFormat), { poolSize, strides, padding }),
      this.dataFormat,
    )
  }
}
