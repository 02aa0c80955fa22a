import { type ConfigArgument, type FieldTable, joinFields, type LayerOptions } from '@gradus/core'
import { LSTMCell, type LSTMCellConfig } from './lstm-cell.ts'
import { lstmFields } from './lstm-gates.ts'
import { cellConfigOf, type RecurrentConfig, RecurrentLayer } from './recurrent-layer.ts'
import { unitsFields } from './units-cell.ts'

/** The options of `LSTM`. */
export interface LSTMConfig extends LSTMCellConfig, RecurrentConfig {}

/**
 * Long short-term memory: `[batch, time, inputs]` gives `[batch, units]`, or `[batch, time, units]` with
 * `returnSequences`, followed by the two final states with `returnState`. A masked step repeats the previous output. Throws
 * `ShapeError` for other ranks. Keras: `LSTM` (Hochreiter and Schmidhuber, 1997).
 *
 * @example
 * import { LSTM } from '@gradus/layers'
 * import { zeros } from '@gradus/tensor'
 * new LSTM({ units: 2, returnSequences: true }).call(zeros([1, 3, 4])).shape // => [1, 3, 2]
 */
export class LSTM extends RecurrentLayer<LSTMConfig> {
  static readonly type = 'LSTM'
  static override readonly fields: FieldTable = /* @__PURE__ */ joinFields(unitsFields, lstmFields)
  readonly cell: LSTMCell

  constructor(...config: ConfigArgument<LayerOptions<LSTMConfig>>) {
    super(...config)
    this.cell = new LSTMCell(cellConfigOf(this.config, LSTMCell))
  }
}
