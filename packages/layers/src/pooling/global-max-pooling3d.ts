import type { SpatialRank } from '../spatial-input.ts'
import { GlobalMaxPoolingLayer } from './global-max-pooling-layer.ts'
import type { GlobalPoolingConfig } from './global-pooling-layer.ts'

/** The options of `GlobalMaxPooling3D`. */
export interface GlobalMaxPooling3DConfig extends GlobalPoolingConfig {}

/**
 * The largest value of each channel over all positions: `[batch, depth, height, width, channels]` gives `[batch, channels]`.
 * Values that tie share the gradient evenly. Throws `ShapeError` for other ranks. Keras: `GlobalMaxPooling3D`.
 *
 * @example
 * import { GlobalMaxPooling3D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new GlobalMaxPooling3D().call(tensor([[[[[1], [2]], [[3], [6]]]]])).array() // => [[6]]
 */
export class GlobalMaxPooling3D extends GlobalMaxPoolingLayer {
  static readonly type = 'GlobalMaxPooling3D'
  static readonly aliases = ['GlobalMaxPool3D'] as const
  static override readonly fields = {}

  protected spatialRank(): SpatialRank {
    return 3
  }
}
