import type { ConfigOf } from '@gradus/core'
import { dataFormats } from '../data-format.ts'
import { rateField, seedField } from './noise.ts'
import { SpatialDropout } from './spatial-dropout.ts'

const fields = {
  rate: rateField,
  seed: seedField,
  dataFormat: { oneOf: dataFormats, default: 'channelsLast' },
} as const

/** The options of `SpatialDropout3D`. */
export interface SpatialDropout3DConfig extends ConfigOf<typeof fields> {}

/**
 * In training, sets each channel of volumes `[batch, depth, height, width, channels]` to 0 everywhere with probability `rate`, and divides
 * the others by 1 - rate. Otherwise it returns its input. Throws `ShapeError` for other shapes. Keras: `SpatialDropout3D`
 * (Tompson et al., 2015).
 *
 * @example
 * import { SpatialDropout3D } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * new SpatialDropout3D({ rate: 0.5 }).call(ones([1, 4, 4, 4, 2]), { training: true }).shape // => [1, 4, 4, 4, 2]
 */
export class SpatialDropout3D extends SpatialDropout<SpatialDropout3DConfig> {
  static readonly type = 'SpatialDropout3D'
  static override readonly fields = fields

  protected override get axes(): number {
    return 3
  }
}
