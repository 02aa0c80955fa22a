import type { SpatialRank } from '../spatial-input.ts'
import { type SeparableConvConfig, SeparableConvLayer } from './separable-conv-layer.ts'

/** The options of `SeparableConv1D`. */
export interface SeparableConv1DConfig extends SeparableConvConfig {}

/**
 * Depthwise convolution followed by a convolution with a window of one element that mixes the channels: `[batch, steps,
 * channels]` gives `[batch, steps, filters]`. It needs fewer products than `Conv1D`. Throws `ShapeError` for other ranks.
 * Keras: `SeparableConv1D`.
 *
 * @example
 * import { SeparableConv1D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const options = { depthwiseInitializer: 'ones', pointwiseInitializer: 'ones' } as const
 * const layer = new SeparableConv1D({ filters: 1, kernelSize: 2, ...options })
 * layer.call(tensor([[[1, 10], [2, 20], [3, 30]]])).array() // => [[[33], [55]]]
 */
export class SeparableConv1D extends SeparableConvLayer {
  static readonly type = 'SeparableConv1D'
  static readonly aliases = ['SeparableConvolution1D'] as const
  static override readonly fields = {}

  protected spatialRank(): SpatialRank {
    return 1
  }
}
