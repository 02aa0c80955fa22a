import type { SpatialRank } from '../spatial-input.ts'
import { AdaptiveAveragePoolingLayer } from './adaptive-average-pooling-layer.ts'
import type { AdaptivePoolingConfig } from './adaptive-pooling-layer.ts'

/** The options of `AdaptiveAveragePooling2D`. */
export interface AdaptiveAveragePooling2DConfig extends AdaptivePoolingConfig {}

/**
 * The means of windows that give an output of a fixed size: `[batch, height, width, channels]` gives an output of height and
 * width `outputSize`. Window i of n goes from floor(i * length / n) to ceil((i + 1) * length / n). Throws `ShapeError` for
 * other ranks. Keras: `AdaptiveAveragePooling2D`.
 *
 * @example
 * import { AdaptiveAveragePooling2D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new AdaptiveAveragePooling2D({ outputSize: [1, 2] }).call(tensor([[[[1], [3], [2]]]])).array() // => [[[[2], [2.5]]]]
 */
export class AdaptiveAveragePooling2D extends AdaptiveAveragePoolingLayer {
  static readonly type = 'AdaptiveAveragePooling2D'
  static override readonly fields = {}

  protected spatialRank(): SpatialRank {
    return 2
  }
}
