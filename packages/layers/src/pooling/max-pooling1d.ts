import type { SpatialRank } from '../spatial-input.ts'
import { MaxPoolingLayer } from './max-pooling-layer.ts'
import type { PoolingConfig } from './pooling-layer.ts'

/** The options of `MaxPooling1D`. */
export interface MaxPooling1DConfig extends PoolingConfig {}

/**
 * 1D max pooling: the largest value in each window of each channel. `[batch, steps, channels]` gives the same with fewer steps.
 * The gradient flows to the first maximum. Throws `ShapeError` for other ranks. Keras: `MaxPooling1D`.
 *
 * @example
 * import { MaxPooling1D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const x = tensor([[[1], [3], [2], [6]]])
 * new MaxPooling1D().call(x).array() // => [[[3], [6]]]
 */
export class MaxPooling1D extends MaxPoolingLayer {
  static readonly type = 'MaxPooling1D'
  static readonly aliases = ['MaxPool1D'] as const
  static override readonly fields = {}

  protected spatialRank(): SpatialRank {
    return 1
  }
}
