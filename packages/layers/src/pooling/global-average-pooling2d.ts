import type { SpatialRank } from '../spatial-input.ts'
import { GlobalAveragePoolingLayer } from './global-average-pooling-layer.ts'
import type { GlobalPoolingConfig } from './global-pooling-layer.ts'

/** The options of `GlobalAveragePooling2D`. */
export interface GlobalAveragePooling2DConfig extends GlobalPoolingConfig {}

/**
 * The mean of each channel over all positions: `[batch, height, width, channels]` gives `[batch, channels]`. Throws
 * `ShapeError` for other ranks. Keras: `GlobalAveragePooling2D`.
 *
 * @example
 * import { GlobalAveragePooling2D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new GlobalAveragePooling2D().call(tensor([[[[1], [2]], [[3], [6]]]])).array() // => [[3]]
 */
export class GlobalAveragePooling2D extends GlobalAveragePoolingLayer {
  static readonly type = 'GlobalAveragePooling2D'
  static readonly aliases = ['GlobalAvgPool2D'] as const
  static override readonly fields = {}

  protected spatialRank(): SpatialRank {
    return 2
  }
}
