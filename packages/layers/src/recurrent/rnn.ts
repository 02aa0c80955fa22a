import {
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  describeValue,
  type Kind,
  type LayerOptions,
  layersWithin,
} from '@gradus/core'
import { RecurrentCell } from './cell.ts'
import { type RecurrentConfig, RecurrentLayer } from './recurrent-layer.ts'
import { StackedRNNCells } from './stacked-cells.ts'

const fields = {
  /** The cell, or a list of cells of which each takes the output of the previous one. */
  cell: { type: 'layer' as Kind<RecurrentCell | readonly RecurrentCell[]>, required: true },
} as const

/** The options of `RNN`. */
export interface RNNConfig extends ConfigOf<typeof fields>, RecurrentConfig {}

/**
 * Runs a cell along the time axis: `[batch, time, ...]` gives the last output, or with `returnSequences` all of them,
 * `[batch, time, ...]`, followed by the final states with `returnState`. Throws `ShapeError` for inputs without a time axis.
 * Keras: `RNN`.
 *
 * @example
 * import { GRUCell, RNN } from '@gradus/layers'
 * import { zeros } from '@gradus/tensor'
 * new RNN({ cell: new GRUCell({ units: 2 }), returnSequences: true }).call(zeros([1, 3, 4])).shape // => [1, 3, 2]
 */
export class RNN extends RecurrentLayer<RNNConfig> {
  static readonly type = 'RNN'
  static override readonly fields = fields
  readonly cell: RecurrentCell

  constructor(...config: ConfigArgument<LayerOptions<RNNConfig>>) {
    super(...config)
    const { cell } = this.config
    const one = Array.isArray(cell) ? new StackedRNNCells({ cells: cell }) : cell
    if (!(one instanceof RecurrentCell)) {
      throw new ConfigError(
        `RNN: 'cell' must be a cell or a list of cells and is ${describeValue(cell)}. Example: new RNN({ cell: new LSTMCell({ units: 8 }) }). Custom cells extend RecurrentCell.`,
      )
    }
    const penalized = layersWithin(one).find(({ layer }) => layer.activityRegularizer)
    if (penalized) {
      throw new ConfigError(
        `RNN: the cell ${penalized.layer.type} has an activityRegularizer, and outputs within the loop cannot be penalized. Give it to the RNN: new RNN({ cell, activityRegularizer }).`,
      )
    }
    this.cell = one
  }
}
