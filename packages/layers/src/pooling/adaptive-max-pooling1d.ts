import type { SpatialRank } from '../spatial-input.ts'
import { AdaptiveMaxPoolingLayer } from './adaptive-max-pooling-layer.ts'
import type { AdaptivePoolingConfig } from './adaptive-pooling-layer.ts'

/** The options of `AdaptiveMaxPooling1D`. */
export interface AdaptiveMaxPooling1DConfig extends AdaptivePoolingConfig {}

/**
 * The largest values of windows that give an output of a fixed size: `[batch, steps, channels]` gives `[batch, outputSize,
 * channels]`. Window i of n goes from floor(i * length / n) to ceil((i + 1) * length / n). Throws `ShapeError` for other ranks.
 * Keras: `AdaptiveMaxPooling1D`.
 *
 * @example
 * import { AdaptiveMaxPooling1D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new AdaptiveMaxPooling1D({ outputSize: 2 }).call(tensor([[[1], [3], [2]]])).array() // => [[[3], [3]]]
 */
export class AdaptiveMaxPooling1D extends AdaptiveMaxPoolingLayer {
  static readonly type = 'AdaptiveMaxPooling1D'
  static override readonly fields = {}

  protected spatialRank(): SpatialRank {
    return 1
  }
}
