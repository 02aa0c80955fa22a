import {
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  describeValue,
  type Kind,
  type LayerOptions,
  type OptionsOf,
  type Scope,
} from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import { RecurrentCell, type StateSizes, stateList } from './cell.ts'
import type { CellStates } from './run-steps.ts'

const fields = {
  /** The cells, from the first to the last. */
  cells: { type: 'layer' as Kind<readonly RecurrentCell[]>, required: true },
} as const

/** The options of `StackedRNNCells`. */
export interface StackedRNNCellsConfig extends ConfigOf<typeof fields> {}

/**
 * Several cells as one: each takes the output of the previous one. The states are a list with the states of each cell. Keras:
 * `StackedRNNCells`.
 *
 * @example
 * import { LSTMCell, RNN, StackedRNNCells } from '@gradus/layers'
 * import { zeros } from '@gradus/tensor'
 * const cell = new StackedRNNCells({ cells: [new LSTMCell({ units: 4 }), new LSTMCell({ units: 2 })] })
 * new RNN({ cell }).call(zeros([1, 3, 5])).array() // => [[0, 0]]
 */
export class StackedRNNCells extends RecurrentCell<StackedRNNCellsConfig> {
  static readonly type = 'StackedRNNCells'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  constructor(...config: ConfigArgument<LayerOptions<StackedRNNCellsConfig>>) {
    super(...config)
    const { cells } = this.options
    if (Array.isArray(cells) && cells.length > 0 && cells.every((cell) => cell instanceof RecurrentCell)) return
    throw new ConfigError(
      `StackedRNNCells: 'cells' must be a list of cells and is ${describeValue(cells)}. Example: cells: [new LSTMCell({ units: 8 })].`,
    )
  }

  /** Each cell casts its inputs itself. */
  override get autocast(): boolean {
    return false
  }

  get stateSizes(): StateSizes {
    return this.options.cells.map(({ stateSizes }) => stateSizes)
  }

  override zeroStates(x: Tensor): CellStates {
    return this.options.cells.map((cell) => cell.zeroStates(x))
  }

  apply(x: Tensor, scope: Scope<this>): [output: Tensor, states: CellStates] {
    let output = x
    const before = stateList(scope.options.states ?? this.zeroStates(x))
    const after = this.options.cells.map((cell, index) => {
      const states = stateList(before[index]!)
      const [cellOutput, cellStates] = scope.callAll(cell, output, { states } as object) as unknown as [
        Tensor,
        CellStates,
      ]
      output = cellOutput
      return cellStates
    })
    return [output, after]
  }
}
