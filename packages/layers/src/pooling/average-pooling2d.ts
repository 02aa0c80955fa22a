import type { SpatialRank } from '../spatial-input.ts'
import { AveragePoolingLayer } from './average-pooling-layer.ts'
import type { PoolingConfig } from './pooling-layer.ts'

/** The options of `AveragePooling2D`. */
export interface AveragePooling2DConfig extends PoolingConfig {}

/**
 * 2D average pooling: the mean of each window of each channel, without padding. `[batch, height, width, channels]` gives the
 * same with a smaller height and width. Throws `ShapeError` for other ranks. Keras: `AveragePooling2D`.
 *
 * @example
 * import { AveragePooling2D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const x = tensor([[[[1], [2]], [[3], [6]]]])
 * new AveragePooling2D().call(x).array() // => [[[[3]]]]
 */
export class AveragePooling2D extends AveragePoolingLayer {
  static readonly type = 'AveragePooling2D'
  static readonly aliases = ['AvgPool2D'] as const
  static override readonly fields = {}

  protected spatialRank(): SpatialRank {
    return 2
  }
}
