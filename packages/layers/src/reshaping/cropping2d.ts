import type { ConfigOf, OptionsOf } from '@gradus/core'
import { dataFormats } from '../data-format.ts'
import type { SpatialRank } from '../spatial-input.ts'
import { borderAmounts } from './border-amounts.ts'
import { CroppingLayer } from './cropping-layer.ts'

const fields = {
  /** Elements taken from all borders, or for height and width a number or the pair of those taken before and after. */
  cropping: {
    type: borderAmounts,
    default: [
      [0, 0],
      [0, 0],
    ],
  },
  dataFormat: { oneOf: dataFormats, default: 'channelsLast' },
} as const

/** The options of `Cropping2D`. */
export interface Cropping2DConfig extends ConfigOf<typeof fields> {}

/**
 * Takes the borders from images: `[batch, height, width, channels]` gives a smaller height and width. Throws `ShapeError` for
 * other ranks and if nothing would be left. Keras: `Cropping2D`.
 *
 * @example
 * import { Cropping2D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Cropping2D({ cropping: [0, [1, 0]] }).call(tensor([[[[1], [2], [3]]]])).array() // => [[[[2], [3]]]]
 */
export class Cropping2D extends CroppingLayer<Cropping2DConfig> {
  static readonly type = 'Cropping2D'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected spatialRank(): SpatialRank {
    return 2
  }
}
