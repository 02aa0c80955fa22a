import type { ConfigOf, OptionsOf } from '@gradus/core'
import { resize, type Tensor } from '@gradus/tensor'
import { type DataFormat, dataFormats, fromChannelsLast, toChannelsLast } from '../data-format.ts'
import { floatInput } from '../float-input.ts'
import type { SpatialRank } from '../spatial-input.ts'
import { UpSamplingLayer } from './up-sampling-layer.ts'

const fields = {
  /** The factors for height and width, or one number for both. */
  size: { type: ['integer', 'numbers'], min: 1, default: 2 },
  dataFormat: { oneOf: dataFormats, default: 'channelsLast' },
  /** How elements between those of the input are computed; `nearest` repeats them. */
  interpolation: { oneOf: ['nearest', 'bilinear', 'bicubic', 'lanczos3', 'lanczos5'], default: 'nearest' },
} as const

/** The options of `UpSampling2D`. */
export interface UpSampling2DConfig extends ConfigOf<typeof fields> {}

/**
 * Enlarges images: `[batch, height, width, channels]` gives `[batch, height * size, width * size, channels]`. `bicubic` is the
 * cubic convolution of Keys (1981) with a = -0.5, as in Keras on JAX and TensorFlow. Throws `ShapeError` for other ranks.
 * Keras: `UpSampling2D`.
 *
 * @example
 * import { UpSampling2D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const x = tensor([[[[1], [3]]]])
 * new UpSampling2D({ size: [1, 2] }).call(x).array() // => [[[[1], [1], [3], [3]]]]
 * new UpSampling2D({ size: [1, 2], interpolation: 'bilinear' }).call(x).array() // => [[[[1], [1.5], [2.5], [3]]]]
 */
export class UpSampling2D extends UpSamplingLayer<UpSampling2DConfig> {
  static readonly type = 'UpSampling2D'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected spatialRank(): SpatialRank {
    return 2
  }

  protected override enlarged(x: Tensor, format: DataFormat): Tensor {
    const { interpolation } = this.options
    if (interpolation === 'nearest') return super.enlarged(x, format)
    const images = toChannelsLast(floatInput(this, x), format)
    const size = this.factors.map((factor, index) => factor * images.shape[index + 1]!)
    return fromChannelsLast(resize(images, size, { interpolation }), format)
  }
}
