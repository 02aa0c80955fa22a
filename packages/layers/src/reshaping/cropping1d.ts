import type { ConfigOf, OptionsOf } from '@gradus/core'
import type { SpatialRank } from '../spatial-input.ts'
import { borderAmounts } from './border-amounts.ts'
import { CroppingLayer } from './cropping-layer.ts'

const fields = {
  /** Elements taken from both ends, or the pair of those taken from the start and from the end. */
  cropping: { type: borderAmounts, default: [1, 1] },
} as const

/** The options of `Cropping1D`. */
export interface Cropping1DConfig extends ConfigOf<typeof fields> {}

/**
 * Takes steps from both ends of sequences: `[batch, steps, channels]` gives fewer steps. Throws `ShapeError` for other ranks
 * and if nothing would be left. Keras: `Cropping1D`.
 *
 * @example
 * import { Cropping1D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Cropping1D({ cropping: [1, 0] }).call(tensor([[[1], [2], [3]]])).array() // => [[[2], [3]]]
 */
export class Cropping1D extends CroppingLayer<Cropping1DConfig> {
  static readonly type = 'Cropping1D'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected spatialRank(): SpatialRank {
    return 1
  }
}
