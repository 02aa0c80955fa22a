import { type ConfigArgument, type FieldTable, joinFields, type LayerOptions } from '@gradus/core'
import { GRUCell, type GRUCellConfig, gruFields } from './gru-cell.ts'
import { cellConfigOf, type RecurrentConfig, RecurrentLayer } from './recurrent-layer.ts'
import { unitsFields } from './units-cell.ts'

/** The options of `GRU`. */
export interface GRUConfig extends GRUCellConfig, RecurrentConfig {}

/**
 * Gated recurrent units: `[batch, time, inputs]` gives `[batch, units]`, or `[batch, time, units]` with `returnSequences`,
 * followed by the final state with `returnState`. A masked step repeats the previous output. Throws `ShapeError` for other
 * ranks. Keras: `GRU` (Cho et al., 2014).
 *
 * @example
 * import { GRU } from '@gradus/layers'
 * import { zeros } from '@gradus/tensor'
 * new GRU({ units: 2 }).call(zeros([1, 3, 4])).shape // => [1, 2]
 */
export class GRU extends RecurrentLayer<GRUConfig> {
  static readonly type = 'GRU'
  static override readonly fields: FieldTable = /* @__PURE__ */ joinFields(unitsFields, gruFields)
  readonly cell: GRUCell

  constructor(...config: ConfigArgument<LayerOptions<GRUConfig>>) {
    super(...config)
    this.cell = new GRUCell(cellConfigOf(this.config, GRUCell))
  }
}
