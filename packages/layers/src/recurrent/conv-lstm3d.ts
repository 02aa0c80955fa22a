import type { SpatialRank } from '../spatial-input.ts'
import { type ConvLSTMConfig, ConvLSTMLayer } from './conv-lstm-layer.ts'

/** The options of `ConvLSTM3D`. */
export interface ConvLSTM3DConfig extends ConvLSTMConfig {}

/**
 * Long short-term memory with 3D convolutions, for sequences of volumes: `[batch, time, depth, height, width, channels]` gives
 * `[batch, depth, height, width, filters]`, or `[batch, time, depth, height, width, filters]` with `returnSequences`, followed
 * by the final states h and c with `returnState`, with the sizes that strides and padding leave. With the data format
 * `channelsFirst` the channels come before the other axes of volumes. Throws `ShapeError` for other ranks. Keras: `ConvLSTM3D`
 * (Shi et al., 2015).
 *
 * @example
 * import { ConvLSTM3D } from '@gradus/layers'
 * import { zeros } from '@gradus/tensor'
 * new ConvLSTM3D({ filters: 2, kernelSize: 3 }).call(zeros([1, 3, 4, 4, 4, 1])).shape // => [1, 2, 2, 2, 2]
 */
export class ConvLSTM3D extends ConvLSTMLayer {
  static readonly type = 'ConvLSTM3D'

  protected spatialRank(): SpatialRank {
    return 3
  }
}
