import type { SpatialRank } from '../spatial-input.ts'
import { MaxPoolingLayer } from './max-pooling-layer.ts'
import type { PoolingConfig } from './pooling-layer.ts'

/** The options of `MaxPooling3D`. */
export interface MaxPooling3DConfig extends PoolingConfig {}

/**
 * 3D max pooling: the largest value in each window of each channel. `[batch, depth, height, width, channels]` gives the same
 * with a smaller depth, height and width. The gradient flows to the first maximum. Throws `ShapeError` for other ranks. Keras:
 * `MaxPooling3D`.
 *
 * @example
 * import { MaxPooling3D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const x = tensor([[[[[1], [2]], [[3], [6]]]]])
 * new MaxPooling3D({ poolSize: [1, 2, 2] }).call(x).array() // => [[[[[6]]]]]
 */
export class MaxPooling3D extends MaxPoolingLayer {
  static readonly type = 'MaxPooling3D'
  static readonly aliases = ['MaxPool3D'] as const
  static override readonly fields = {}

  protected spatialRank(): SpatialRank {
    return 3
  }
}
