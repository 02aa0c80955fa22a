import type { ConfigArgument, LayerOptions } from '@gradus/core'
import { cellConfigOf, type RecurrentConfig, RecurrentLayer } from './recurrent-layer.ts'
import { SimpleRNNCell, type SimpleRNNCellConfig } from './simple-rnn-cell.ts'
import { unitsFields } from './units-cell.ts'

/** The options of `SimpleRNN`. */
export interface SimpleRNNConfig extends SimpleRNNCellConfig, RecurrentConfig {}

/**
 * A fully connected recurrent layer: `[batch, time, inputs]` gives `[batch, units]`, or `[batch, time, units]` with
 * `returnSequences`, followed by the final state with `returnState`. Throws `ShapeError` for other ranks. Keras: `SimpleRNN`.
 *
 * @example
 * import { SimpleRNN } from '@gradus/layers'
 * import { zeros } from '@gradus/tensor'
 * new SimpleRNN({ units: 2 }).call(zeros([1, 3, 4])).shape // => [1, 2]
 */
export class SimpleRNN extends RecurrentLayer<SimpleRNNConfig> {
  static readonly type = 'SimpleRNN'
  static override readonly fields = unitsFields
  readonly cell: SimpleRNNCell

  constructor(...config: ConfigArgument<LayerOptions<SimpleRNNConfig>>) {
    super(...config)
    this.cell = new SimpleRNNCell(cellConfigOf(this.config, SimpleRNNCell))
  }
}
