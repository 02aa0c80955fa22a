import type { SpatialRank } from '../spatial-input.ts'
import { AdaptiveAveragePoolingLayer } from './adaptive-average-pooling-layer.ts'
import type { AdaptivePoolingConfig } from './adaptive-pooling-layer.ts'

/** The options of `AdaptiveAveragePooling1D`. */
export interface AdaptiveAveragePooling1DConfig extends AdaptivePoolingConfig {}

/**
 * The means of windows that give an output of a fixed size: `[batch, steps, channels]` gives `[batch, outputSize, channels]`.
 * Window i of n goes from floor(i * length / n) to ceil((i + 1) * length / n). Throws `ShapeError` for other ranks. Keras:
 * `AdaptiveAveragePooling1D`.
 *
 * @example
 * import { AdaptiveAveragePooling1D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new AdaptiveAveragePooling1D({ outputSize: 2 }).call(tensor([[[1], [3], [2]]])).array() // => [[[2], [2.5]]]
 */
export class AdaptiveAveragePooling1D extends AdaptiveAveragePoolingLayer {
  static readonly type = 'AdaptiveAveragePooling1D'
  static override readonly fields = {}

  protected spatialRank(): SpatialRank {
    return 1
  }
}
