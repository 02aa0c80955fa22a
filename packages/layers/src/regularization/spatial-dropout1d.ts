import type { ConfigOf } from '@gradus/core'
import { SpatialDropout, spatialDropoutFields } from './spatial-dropout.ts'

const fields = spatialDropoutFields

/** The options of `SpatialDropout1D`. */
export interface SpatialDropout1DConfig extends ConfigOf<typeof fields> {}

/**
 * In training, sets each channel of sequences `[batch, time, channels]` to 0 everywhere with probability `rate`, and divides
 * the others by 1 - rate. Otherwise it returns its input. Throws `ShapeError` for other shapes. Keras: `SpatialDropout1D`
 * (Tompson et al., 2015).
 *
 * @example
 * import { SpatialDropout1D } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * new SpatialDropout1D({ rate: 0.5 }).call(ones([1, 4, 2]), { training: true }).shape // => [1, 4, 2]
 */
export class SpatialDropout1D extends SpatialDropout<SpatialDropout1DConfig> {
  static readonly type = 'SpatialDropout1D'
  static override readonly fields = fields

  protected override get axes(): number {
    return 1
  }
}
