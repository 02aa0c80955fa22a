import type { SpatialRank } from '../spatial-input.ts'
import { AveragePoolingLayer } from './average-pooling-layer.ts'
import type { PoolingConfig } from './pooling-layer.ts'

/** The options of `AveragePooling1D`. */
export interface AveragePooling1DConfig extends PoolingConfig {}

/**
 * 1D average pooling: the mean of each window of each channel, without padding. `[batch, steps, channels]` gives the same with
 * fewer steps. Throws `ShapeError` for other ranks. Keras: `AveragePooling1D`.
 *
 * @example
 * import { AveragePooling1D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const x = tensor([[[1], [3], [2], [6]]])
 * new AveragePooling1D().call(x).array() // => [[[2], [4]]]
 */
export class AveragePooling1D extends AveragePoolingLayer {
  static readonly type = 'AveragePooling1D'
  static readonly aliases = ['AvgPool1D'] as const
  static override readonly fields = {}

  protected spatialRank(): SpatialRank {
    return 1
  }
}
