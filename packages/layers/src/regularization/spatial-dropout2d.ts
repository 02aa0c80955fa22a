import type { ConfigOf } from '@gradus/core'
import { dataFormats } from '../data-format.ts'
import { rateField, seedField } from './noise.ts'
import { SpatialDropout } from './spatial-dropout.ts'

const fields = {
  rate: rateField,
  seed: seedField,
  dataFormat: { oneOf: dataFormats, default: 'channelsLast' },
} as const

/** The options of `SpatialDropout2D`. */
export interface SpatialDropout2DConfig extends ConfigOf<typeof fields> {}

/**
 * In training, sets each channel of images `[batch, height, width, channels]` to 0 everywhere with probability `rate`, and divides
 * the others by 1 - rate. Otherwise it returns its input. Throws `ShapeError` for other shapes. Keras: `SpatialDropout2D`
 * (Tompson et al., 2015).
 *
 * @example
 * import { SpatialDropout2D } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * new SpatialDropout2D({ rate: 0.5 }).call(ones([1, 4, 4, 2]), { training: true }).shape // => [1, 4, 4, 2]
 */
export class SpatialDropout2D extends SpatialDropout<SpatialDropout2DConfig> {
  static readonly type = 'SpatialDropout2D'
  static override readonly fields = fields

  protected override get axes(): number {
    return 2
  }
}
