import type { SpatialRank } from '../spatial-input.ts'
import { MaxPoolingLayer } from './max-pooling-layer.ts'
import type { PoolingConfig } from './pooling-layer.ts'

/** The options of `MaxPooling2D`. */
export interface MaxPooling2DConfig extends PoolingConfig {}

/**
 * 2D max pooling: the largest value in each window of each channel. `[batch, height, width, channels]` gives the same with a
 * smaller height and width. The gradient flows to the first maximum. Throws `ShapeError` for other ranks. Keras:
 * `MaxPooling2D`.
 *
 * @example
 * import { MaxPooling2D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const x = tensor([[[[1], [2]], [[3], [6]]]])
 * new MaxPooling2D().call(x).array() // => [[[[6]]]]
 */
export class MaxPooling2D extends MaxPoolingLayer {
  static readonly type = 'MaxPooling2D'
  static readonly aliases = ['MaxPool2D'] as const
  static override readonly fields = {}

  protected spatialRank(): SpatialRank {
    return 2
  }
}
