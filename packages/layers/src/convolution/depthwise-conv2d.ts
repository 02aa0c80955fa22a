import type { SpatialRank } from '../spatial-input.ts'
import { type DepthwiseConvConfig, DepthwiseConvLayer } from './depthwise-conv-layer.ts'

/** The options of `DepthwiseConv2D`. */
export interface DepthwiseConv2DConfig extends DepthwiseConvConfig {}

/**
 * Convolution of each channel with its own `depthMultiplier` filters: `[batch, height, width, channels]` gives `[batch, height,
 * width, channels * depthMultiplier]`, those of the first channel first. Throws `ShapeError` for other ranks. Keras:
 * `DepthwiseConv2D`.
 *
 * @example
 * import { DepthwiseConv2D } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * const layer = new DepthwiseConv2D({ kernelSize: 3, depthMultiplier: 2, padding: 'same' })
 * layer.call(ones([1, 4, 4, 3])).shape // => [1, 4, 4, 6]
 */
export class DepthwiseConv2D extends DepthwiseConvLayer {
  static readonly type = 'DepthwiseConv2D'
  static override readonly fields = {}

  protected spatialRank(): SpatialRank {
    return 2
  }
}
