import type { SpatialRank } from '../spatial-input.ts'
import { type ConvLSTMConfig, ConvLSTMLayer } from './conv-lstm-layer.ts'

/** The options of `ConvLSTM1D`. */
export interface ConvLSTM1DConfig extends ConvLSTMConfig {}

/**
 * Long short-term memory with 1D convolutions, for sequences of sequences: `[batch, time, steps, channels]` gives `[batch,
 * steps, filters]`, or `[batch, time, steps, filters]` with `returnSequences`, followed by the final states h and c with
 * `returnState`, with the sizes that strides and padding leave. With the data format `channelsFirst` the channels come before
 * the other axes of sequences. Throws `ShapeError` for other ranks. Keras: `ConvLSTM1D` (Shi et al., 2015).
 *
 * @example
 * import { ConvLSTM1D } from '@gradus/layers'
 * import { zeros } from '@gradus/tensor'
 * new ConvLSTM1D({ filters: 2, kernelSize: 3 }).call(zeros([1, 3, 8, 1])).shape // => [1, 6, 2]
 */
export class ConvLSTM1D extends ConvLSTMLayer {
  static readonly type = 'ConvLSTM1D'

  protected spatialRank(): SpatialRank {
    return 1
  }
}
