import type { SpatialRank } from '../spatial-input.ts'
import { GlobalMaxPoolingLayer } from './global-max-pooling-layer.ts'
import type { GlobalPoolingConfig } from './global-pooling-layer.ts'

/** The options of `GlobalMaxPooling2D`. */
export interface GlobalMaxPooling2DConfig extends GlobalPoolingConfig {}

/**
 * The largest value of each channel over all positions: `[batch, height, width, channels]` gives `[batch, channels]`. Values
 * that tie share the gradient evenly. Throws `ShapeError` for other ranks. Keras: `GlobalMaxPooling2D`.
 *
 * @example
 * import { GlobalMaxPooling2D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new GlobalMaxPooling2D().call(tensor([[[[1], [2]], [[3], [6]]]])).array() // => [[6]]
 */
export class GlobalMaxPooling2D extends GlobalMaxPoolingLayer {
  static readonly type = 'GlobalMaxPooling2D'
  static readonly aliases = ['GlobalMaxPool2D'] as const
  static override readonly fields = {}

  protected spatialRank(): SpatialRank {
    return 2
  }
}
