import { type ConfigArgument, type FieldTable, joinFields, type LayerOptions, shapeError } from '@gradus/core'
import type { Shape } from '@gradus/tensor'
import { type SpatialRank, spatialName } from '../spatial-input.ts'
import { ConvLSTMCell, type ConvLSTMGatesConfig, convLSTMFields } from './conv-lstm-cell.ts'
import { gatedFields } from './gated-cell.ts'
import { cellConfigOf, type RecurrentConfig, RecurrentLayer } from './recurrent-layer.ts'

const fields = /* @__PURE__ */ joinFields(convLSTMFields, gatedFields)

/** The options of `ConvLSTM1D`, `ConvLSTM2D` and `ConvLSTM3D`. */
export interface ConvLSTMConfig extends ConvLSTMGatesConfig, RecurrentConfig {}

/** The base class of long short-term memory with convolutions along 1, 2 or 3 spatial axes. */
export abstract class ConvLSTMLayer extends RecurrentLayer<ConvLSTMConfig> {
  static override readonly fields: FieldTable = fields
  readonly cell: ConvLSTMCell

  constructor(...config: ConfigArgument<LayerOptions<ConvLSTMConfig>>) {
    super(...config)
    this.cell = new ConvLSTMCell({ ...cellConfigOf(this.config, ConvLSTMCell), rank: this.spatialRank() })
  }

  /** Returns the number of spatial axes. */
  protected abstract spatialRank(): SpatialRank

  protected override requireSequence(shape: Shape): void {
    const rank = this.spatialRank()
    if (shape.length === rank + 3 && shape[1] !== 0) return
    const axes = { 1: 'steps', 2: 'height, width', 3: 'depth, height, width' }[rank]
    const step = this.cell.options.dataFormat === 'channelsLast' ? `${axes}, channels` : `channels, ${axes}`
    throw shapeError(
      this,
      `${spatialName(rank)} over time of shape [batch, time, ${step}] with at least one time step`,
      shape,
      'Add the missing axis with reshape.',
    )
  }
}
