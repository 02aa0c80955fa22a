import type { ConfigOf, OptionsOf } from '@gradus/core'
import { dataFormats } from '../data-format.ts'
import type { SpatialRank } from '../spatial-input.ts'
import { UpSamplingLayer } from './up-sampling-layer.ts'

const fields = {
  /** The factors for depth, height and width, or one number for all. */
  size: { type: ['integer', 'numbers'], min: 1, default: 2 },
  dataFormat: { oneOf: dataFormats, default: 'channelsLast' },
} as const

/** The options of `UpSampling3D`. */
export interface UpSampling3DConfig extends ConfigOf<typeof fields> {}

/**
 * Repeats each element of volumes along depth, height and width: each size of `[batch, depth, height, width, channels]` is
 * multiplied. Throws `ShapeError` for other ranks. Keras: `UpSampling3D`.
 *
 * @example
 * import { UpSampling3D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new UpSampling3D({ size: [1, 1, 2] }).call(tensor([[[[[1], [2]]]]])).array() // => [[[[[1], [1], [2], [2]]]]]
 */
export class UpSampling3D extends UpSamplingLayer<UpSampling3DConfig> {
  static readonly type = 'UpSampling3D'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected spatialRank(): SpatialRank {
    return 3
  }
}
