import type { SpatialRank } from '../spatial-input.ts'
import { type ConvLSTMConfig, ConvLSTMLayer } from './conv-lstm-layer.ts'

/** The options of `ConvLSTM2D`. */
export interface ConvLSTM2DConfig extends ConvLSTMConfig {}

/**
 * Long short-term memory with 2D convolutions, for videos: `[batch, time, height, width, channels]` gives `[batch, height,
 * width, filters]`, or `[batch, time, height, width, filters]` with `returnSequences`, followed by the final states h and c with
 * `returnState`, with the sizes that strides and padding leave. With the data format `channelsFirst` the channels come before
 * the other axes of images. Throws `ShapeError` for other ranks. Keras: `ConvLSTM2D` (Shi et al., 2015).
 *
 * @example
 * import { ConvLSTM2D } from '@gradus/layers'
 * import { zeros } from '@gradus/tensor'
 * new ConvLSTM2D({ filters: 2, kernelSize: 3 }).call(zeros([1, 3, 8, 8, 1])).shape // => [1, 6, 6, 2]
 */
export class ConvLSTM2D extends ConvLSTMLayer {
  static readonly type = 'ConvLSTM2D'

  protected spatialRank(): SpatialRank {
    return 2
  }
}
