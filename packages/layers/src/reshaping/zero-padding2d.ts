import type { ConfigOf, OptionsOf } from '@gradus/core'
import { dataFormats } from '../data-format.ts'
import type { SpatialRank } from '../spatial-input.ts'
import { borderAmounts } from './border-amounts.ts'
import { ZeroPaddingLayer } from './zero-padding-layer.ts'

const fields = {
  /** Zeros added to all borders, or for height and width a number or the pair of those added before and after. */
  padding: {
    type: borderAmounts,
    default: [
      [1, 1],
      [1, 1],
    ],
  },
  dataFormat: { oneOf: dataFormats, default: 'channelsLast' },
} as const

/** The options of `ZeroPadding2D`. */
export interface ZeroPadding2DConfig extends ConfigOf<typeof fields> {}

/**
 * Adds zeros around images: `[batch, height, width, channels]` gives a larger height and width. Throws `ShapeError` for other
 * ranks. Keras: `ZeroPadding2D`.
 *
 * @example
 * import { ZeroPadding2D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new ZeroPadding2D({ padding: [0, [1, 0]] }).call(tensor([[[[1], [2]]]])).array() // => [[[[0], [1], [2]]]]
 */
export class ZeroPadding2D extends ZeroPaddingLayer<ZeroPadding2DConfig> {
  static readonly type = 'ZeroPadding2D'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected spatialRank(): SpatialRank {
    return 2
  }
}
