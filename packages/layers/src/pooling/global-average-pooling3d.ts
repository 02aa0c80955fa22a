import type { SpatialRank } from '../spatial-input.ts'
import { GlobalAveragePoolingLayer } from './global-average-pooling-layer.ts'
import type { GlobalPoolingConfig } from './global-pooling-layer.ts'

/** The options of `GlobalAveragePooling3D`. */
export interface GlobalAveragePooling3DConfig extends GlobalPoolingConfig {}

/**
 * The mean of each channel over all positions: `[batch, depth, height, width, channels]` gives `[batch, channels]`. Throws
 * `ShapeError` for other ranks. Keras: `GlobalAveragePooling3D`.
 *
 * @example
 * import { GlobalAveragePooling3D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new GlobalAveragePooling3D().call(tensor([[[[[1], [2]], [[3], [6]]]]])).array() // => [[3]]
 */
export class GlobalAveragePooling3D extends GlobalAveragePoolingLayer {
  static readonly type = 'GlobalAveragePooling3D'
  static readonly aliases = ['GlobalAvgPool3D'] as const
  static override readonly fields = {}

  protected spatialRank(): SpatialRank {
    return 3
  }
}
