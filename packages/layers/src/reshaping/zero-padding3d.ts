import type { ConfigOf, OptionsOf } from '@gradus/core'
import { dataFormats } from '../data-format.ts'
import type { SpatialRank } from '../spatial-input.ts'
import { borderAmounts } from './border-amounts.ts'
import { ZeroPaddingLayer } from './zero-padding-layer.ts'

const fields = {
  /** Zeros added to all borders, or for depth, height and width a number or the pair of those added before and after. */
  padding: {
    type: borderAmounts,
    default: [
      [1, 1],
      [1, 1],
      [1, 1],
    ],
  },
  dataFormat: { oneOf: dataFormats, default: 'channelsLast' },
} as const

/** The options of `ZeroPadding3D`. */
export interface ZeroPadding3DConfig extends ConfigOf<typeof fields> {}

/**
 * Adds zeros around volumes: `[batch, depth, height, width, channels]` gives a larger depth, height and width. Throws
 * `ShapeError` for other ranks. Keras: `ZeroPadding3D`.
 *
 * @example
 * import { ZeroPadding3D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new ZeroPadding3D({ padding: [0, 0, [1, 0]] }).call(tensor([[[[[1], [2]]]]])).array() // => [[[[[0], [1], [2]]]]]
 */
export class ZeroPadding3D extends ZeroPaddingLayer<ZeroPadding3DConfig> {
  static readonly type = 'ZeroPadding3D'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected spatialRank(): SpatialRank {
    return 3
  }
}
