import type { ConfigOf, OptionsOf } from '@gradus/core'
import { dataFormats } from '../data-format.ts'
import type { SpatialRank } from '../spatial-input.ts'
import { borderAmounts } from './border-amounts.ts'
import { ZeroPaddingLayer } from './zero-padding-layer.ts'

const fields = {
  /** Zeros added to both ends, or the pair of those added to the start and to the end. */
  padding: { type: borderAmounts, default: 1 },
  dataFormat: { oneOf: dataFormats, default: 'channelsLast' },
} as const

/** The options of `ZeroPadding1D`. */
export interface ZeroPadding1DConfig extends ConfigOf<typeof fields> {}

/**
 * Adds zeros to both ends of sequences: `[batch, steps, channels]` gives more steps. Throws `ShapeError` for other ranks.
 * Keras: `ZeroPadding1D`.
 *
 * @example
 * import { ZeroPadding1D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new ZeroPadding1D({ padding: [1, 0] }).call(tensor([[[1], [2]]])).array() // => [[[0], [1], [2]]]
 */
export class ZeroPadding1D extends ZeroPaddingLayer<ZeroPadding1DConfig> {
  static readonly type = 'ZeroPadding1D'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected spatialRank(): SpatialRank {
    return 1
  }
}
