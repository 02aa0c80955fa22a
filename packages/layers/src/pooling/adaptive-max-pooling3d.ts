import type { SpatialRank } from '../spatial-input.ts'
import { AdaptiveMaxPoolingLayer } from './adaptive-max-pooling-layer.ts'
import type { AdaptivePoolingConfig } from './adaptive-pooling-layer.ts'

/** The options of `AdaptiveMaxPooling3D`. */
export interface AdaptiveMaxPooling3DConfig extends AdaptivePoolingConfig {}

/**
 * The largest values of windows that give an output of a fixed size: `[batch, depth, height, width, channels]` gives an output
 * of depth, height and width `outputSize`. Window i of n goes from floor(i * length / n) to ceil((i + 1) * length / n). Throws
 * `ShapeError` for other ranks. Keras: `AdaptiveMaxPooling3D`.
 *
 * @example
 * import { AdaptiveMaxPooling3D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new AdaptiveMaxPooling3D({ outputSize: [1, 1, 2] }).call(tensor([[[[[1], [3], [2]]]]])).array() // => [[[[[3], [3]]]]]
 */
export class AdaptiveMaxPooling3D extends AdaptiveMaxPoolingLayer {
  static readonly type = 'AdaptiveMaxPooling3D'
  static override readonly fields = {}

  protected spatialRank(): SpatialRank {
    return 3
  }
}
