import type { ConfigOf, OptionsOf } from '@gradus/core'
import type { SpatialRank } from '../spatial-input.ts'
import { UpSamplingLayer } from './up-sampling-layer.ts'

const fields = {
  /** How often each step is repeated. */
  size: { type: 'integer', min: 1, default: 2 },
} as const

/** The options of `UpSampling1D`. */
export interface UpSampling1DConfig extends ConfigOf<typeof fields> {}

/**
 * Repeats each step of sequences: `[batch, steps, channels]` gives `[batch, steps * size, channels]`. Throws `ShapeError` for
 * other ranks. Keras: `UpSampling1D`.
 *
 * @example
 * import { UpSampling1D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new UpSampling1D().call(tensor([[[1], [2]]])).array() // => [[[1], [1], [2], [2]]]
 */
export class UpSampling1D extends UpSamplingLayer<UpSampling1DConfig> {
  static readonly type = 'UpSampling1D'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected spatialRank(): SpatialRank {
    return 1
  }
}
