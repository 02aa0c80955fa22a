import type { ConfigOf, FieldTable, OptionsOf, Rng, Scope } from '@gradus/core'
import { add, concat, full, mul, type Tensor } from '@gradus/tensor'
import * as activations from '../activations/index.ts'
import { activationKind } from '../option-kinds.ts'
import type { CellSteps, StateSizes } from './cell.ts'
import { UnitsCell, type UnitsConfig, type UnitsOptions } from './units-cell.ts'

/** The fields of `LSTMCell` in addition to those of `UnitsCell`. */
export const lstmFields = {
  /** The activation of the gates. */
  recurrentActivation: { type: activationKind, among: activations, default: 'sigmoid', whenNull: 'linear' },
  /** Whether the bias of the forget gate starts at 1 (Jozefowicz et al., 2015). */
  unitForgetBias: { type: 'boolean', default: true },
} as const

/** The options of `LSTMCell`. */
export interface LSTMCellConfig extends ConfigOf<typeof lstmFields>, UnitsConfig {}

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
  declare readonly options: UnitsOptions & OptionsOf<typeof lstmFields>
  protected readonly gates = 4

  override get stateSizes(): StateSizes {
    return [this.options.units, this.options.units]
  }

  protected override stepsFor(sequence: Tensor, scope: Scope<this>): CellSteps {
    const { activation, recurrentActivation } = this.options
    const fromState = this.statePart(scope, sequence)
    return {
      inputs: this.inputPart(sequence, scope, scope.params.bias),
      step: (input, [h, c]) => {
        const z = add(input, fromState(h as Tensor))
        const forget = recurrentActivation(this.gate(z, 1))
        const kept = mul(forget, c as Tensor)
        const carry = add(kept, mul(recurrentActivation(this.gate(z, 0)), activation(this.gate(z, 2))))
        const output = mul(recurrentActivation(this.gate(z, 3)), activation(carry))
        return [output, [output, carry]]
      },
    }
  }

  protected override makeBias(rng: Rng): Tensor {
    const { units, unitForgetBias, biasInitializer } = this.options
    if (!unitForgetBias) return super.makeBias(rng)
    const make = (size: number) => biasInitializer.make(rng.next(), [size], this.dtype)
    return concat([make(units), full([units], 1, this.dtype), make(2 * units)])
  }
}
