import type { SpatialRank } from '../spatial-input.ts'
import { AveragePoolingLayer } from './average-pooling-layer.ts'
import type { PoolingConfig } from './pooling-layer.ts'

/** The options of `AveragePooling3D`. */
export interface AveragePooling3DConfig extends PoolingConfig {}

/**
 * 3D average pooling: the mean of each window of each channel, without padding. `[batch, depth, height, width, channels]` gives
 * the same with a smaller depth, height and width. Throws `ShapeError` for other ranks. Keras: `AveragePooling3D`.
 *
 * @example
 * import { AveragePooling3D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const x = tensor([[[[[1], [2]], [[3], [6]]]]])
 * new AveragePooling3D({ poolSize: [1, 2, 2] }).call(x).array() // => [[[[[3]]]]]
 */
export class AveragePooling3D extends AveragePoolingLayer {
  static readonly type = 'AveragePooling3D'
  static readonly aliases = ['AvgPool3D'] as const
  static override readonly fields = {}

  protected spatialRank(): SpatialRank {
    return 3
  }
}
