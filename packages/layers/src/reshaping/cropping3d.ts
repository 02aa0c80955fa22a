import type { ConfigOf, OptionsOf } from '@gradus/core'
import { dataFormats } from '../data-format.ts'
import type { SpatialRank } from '../spatial-input.ts'
import { borderAmounts } from './border-amounts.ts'
import { CroppingLayer } from './cropping-layer.ts'

const fields = {
  /** Elements taken from all borders, or for depth, height and width a number or the pair of those taken before and after. */
  cropping: {
    type: borderAmounts,
    default: [
      [1, 1],
      [1, 1],
      [1, 1],
    ],
  },
  dataFormat: { oneOf: dataFormats, default: 'channelsLast' },
} as const

/** The options of `Cropping3D`. */
export interface Cropping3DConfig extends ConfigOf<typeof fields> {}

/**
 * Takes the borders from volumes: `[batch, depth, height, width, channels]` gives a smaller depth, height and width. Throws
 * `ShapeError` for other ranks and if nothing would be left. Keras: `Cropping3D`.
 *
 * @example
 * import { Cropping3D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Cropping3D({ cropping: [0, 0, [1, 0]] }).call(tensor([[[[[1], [2], [3]]]]])).array() // => [[[[[2], [3]]]]]
 */
export class Cropping3D extends CroppingLayer<Cropping3DConfig> {
  static readonly type = 'Cropping3D'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected spatialRank(): SpatialRank {
    return 3
  }
}
