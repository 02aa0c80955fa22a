import type { FieldTable, Rng, Scope } from '@gradus/core'
import { add, type Tensor } from '@gradus/tensor'
import type { CellSteps, StateSizes } from './cell.ts'
import {
  forgetBias,
  type LSTMGatesConfig,
  type LSTMGatesOptions,
  lstmFields,
  lstmGates,
  lstmStep,
} from './lstm-gates.ts'
import { UnitsCell, type UnitsConfig, type UnitsOptions } from './units-cell.ts'

/** The options of `LSTMCell`. */
export interface LSTMCellConfig extends LSTMGatesConfig, UnitsConfig {}

/**
 * One step of long short-term memory. The states are the output h and the carry c, each `[batch, units]`. The columns of the
 * kernels are those of the input gate, the forget gate, the candidate and the output gate. Keras: `LSTMCell` (Hochreiter and
 * Schmidhuber, 1997).
 *
 * @example
 * import { LSTMCell } from '@gradus/layers'
 * import { zeros } from '@gradus/tensor'
 * const states = [zeros([1, 2]), zeros([1, 2])]
 * const [output] = new LSTMCell({ units: 2 }).callAll(zeros([1, 3]), { states })
 * output.array() // => [[0, 0]]
 */
export class LSTMCell extends UnitsCell<LSTMCellConfig> {
  static readonly type = 'LSTMCell'
  static override readonly fields: FieldTable = lstmFields
  declare readonly options: UnitsOptions & LSTMGatesOptions
  protected readonly gates = lstmGates

  override get stateSizes(): StateSizes {
    return [this.options.units, this.options.units]
  }

  protected override stepsFor(sequence: Tensor, scope: Scope<this>): CellSteps {
    const fromState = this.statePart(scope, sequence)
    return {
      inputs: this.inputPart(sequence, scope, scope.params.bias),
      step: (input, [h, c]) => {
        const z = add(input, fromState(h as Tensor))
        const [output, carry] = lstmStep((index) => this.gate(z, index), c as Tensor, this.options)
        return [output, [output, carry]]
      },
    }
  }

  protected override makeBias(rng: Rng): Tensor {
    const { units, unitForgetBias, biasInitializer } = this.options
    return unitForgetBias ? forgetBias(rng, units, biasInitializer, this.dtype) : super.makeBias(rng)
  }
}
