import type { SpatialRank } from '../spatial-input.ts'
import { type DepthwiseConvConfig, DepthwiseConvLayer } from './depthwise-conv-layer.ts'

/** The options of `DepthwiseConv1D`. */
export interface DepthwiseConv1DConfig extends DepthwiseConvConfig {}

/**
 * Convolution of each channel with its own `depthMultiplier` filters: `[batch, steps, channels]` gives `[batch, steps, channels
 * * depthMultiplier]`, those of the first channel first. Throws `ShapeError` for other ranks. Keras: `DepthwiseConv1D`.
 *
 * @example
 * import { DepthwiseConv1D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const layer = new DepthwiseConv1D({ kernelSize: 2, depthwiseInitializer: 'ones' })
 * layer.call(tensor([[[1, 10], [2, 20], [3, 30]]])).array() // => [[[3, 30], [5, 50]]]
 */
export class DepthwiseConv1D extends DepthwiseConvLayer {
  static readonly type = 'DepthwiseConv1D'
  static override readonly fields = {}

  protected spatialRank(): SpatialRank {
    return 1
  }
}
