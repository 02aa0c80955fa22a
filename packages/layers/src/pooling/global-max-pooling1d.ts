import type { SpatialRank } from '../spatial-input.ts'
import { GlobalMaxPoolingLayer } from './global-max-pooling-layer.ts'
import type { GlobalPoolingConfig } from './global-pooling-layer.ts'

/** The options of `GlobalMaxPooling1D`. */
export interface GlobalMaxPooling1DConfig extends GlobalPoolingConfig {}

/**
 * The largest value of each channel over all positions: `[batch, steps, channels]` gives `[batch, channels]`. Values that tie
 * share the gradient evenly. Throws `ShapeError` for other ranks. Keras: `GlobalMaxPooling1D`.
 *
 * @example
 * import { GlobalMaxPooling1D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new GlobalMaxPooling1D().call(tensor([[[1], [3], [2], [6]]])).array() // => [[6]]
 */
export class GlobalMaxPooling1D extends GlobalMaxPoolingLayer {
  static readonly type = 'GlobalMaxPooling1D'
  static readonly aliases = ['GlobalMaxPool1D'] as const
  static override readonly fields = {}

  protected spatialRank(): SpatialRank {
    return 1
  }
}
