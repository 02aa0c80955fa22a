import type { SpatialRank } from '../spatial-input.ts'
import { type SeparableConvConfig, SeparableConvLayer } from './separable-conv-layer.ts'

/** The options of `SeparableConv2D`. */
export interface SeparableConv2DConfig extends SeparableConvConfig {}

/**
 * Depthwise convolution followed by a convolution with a window of one element that mixes the channels: `[batch, height, width,
 * channels]` gives `[batch, height, width, filters]`. It needs fewer products than `Conv2D`. Throws `ShapeError` for other
 * ranks. Keras: `SeparableConv2D`.
 *
 * @example
 * import { SeparableConv2D } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * const layer = new SeparableConv2D({ filters: 8, kernelSize: 3, padding: 'same' })
 * layer.call(ones([1, 4, 4, 3])).shape // => [1, 4, 4, 8]
 */
export class SeparableConv2D extends SeparableConvLayer {
  static readonly type = 'SeparableConv2D'
  static readonly aliases = ['SeparableConvolution2D'] as const
  static override readonly fields = {}

  protected spatialRank(): SpatialRank {
    return 2
  }
}
