import type { ConfigOf, FieldTable, OptionsOf, Rng, Scope } from '@gradus/core'
import { add, mul, reshape, sliceAxis, sub, type Tensor } from '@gradus/tensor'
import * as activations from '../activations/index.ts'
import { activationKind } from '../option-kinds.ts'
import type { CellSteps } from './cell.ts'
import { UnitsCell, type UnitsConfig, type UnitsOptions } from './units-cell.ts'

/** The fields of `GRUCell` in addition to those of `UnitsCell`. */
export const gruFields = {
  /** The activation of the gates. */
  recurrentActivation: { type: activationKind, among: activations, default: 'sigmoid', whenNull: 'linear' },
  /** Whether the reset gate is applied after the product with the recurrent kernel, which then has a separate bias, or before. */
  resetAfter: { type: 'boolean', default: true },
} as const

/** The options of `GRUCell`. */
export interface GRUCellConfig extends ConfigOf<typeof gruFields>, UnitsConfig {}

/**
 * One step of gated recurrent units. The state is the output, `[batch, units]`. The columns of the kernels are those of the
 * update gate, the reset gate and the candidate. With `resetAfter` the bias is `[2, 3 units]`, for the input and for the
 * state. Keras: `GRUCell` (Cho et al., 2014).
 *
 * @example
 * import { GRUCell } from '@gradus/layers'
 * import { zeros } from '@gradus/tensor'
 * const [output] = new GRUCell({ units: 2 }).callAll(zeros([1, 3]), { states: [zeros([1, 2])] })
 * output.array() // => [[0, 0]]
 */
export class GRUCell extends UnitsCell<GRUCellConfig> {
  static readonly type = 'GRUCell'
  static override readonly fields: FieldTable = gruFields
  declare readonly options: UnitsOptions & OptionsOf<typeof gruFields>
  protected readonly gates = 3

  protected override stepsFor(sequence: Tensor, scope: Scope<this>): CellSteps {
    const { activation, recurrentActivation, resetAfter, units } = this.options
    const { bias } = scope.params
    const row = (index: number) => bias && reshape(sliceAxis(bias, 0, index, 1), [3 * units])
    const inputBias = resetAfter ? row(0) : bias
    const stateBias = resetAfter ? row(1) : undefined
    const fromState = this.statePart(scope, sequence)
    return {
      inputs: this.inputPart(sequence, scope, inputBias),
      step: (input, [state]) => {
        const h = state as Tensor
        const product = resetAfter ? fromState(h) : fromState(h, 0, 2)
        const inner = stateBias ? add(product, stateBias) : product
        const update = recurrentActivation(add(this.gate(input, 0), this.gate(inner, 0)))
        const reset = recurrentActivation(add(this.gate(input, 1), this.gate(inner, 1)))
        const recalled = resetAfter ? mul(reset, this.gate(inner, 2)) : fromState(mul(reset, h), 2, 3)
        const candidate = activation(add(this.gate(input, 2), recalled))
        const output = add(mul(update, h), mul(sub(1, update), candidate))
        return [output, [output]]
      },
    }
  }

  protected override makeBias(rng: Rng): Tensor {
    const { units, resetAfter, biasInitializer } = this.options
    return resetAfter ? biasInitializer.make(rng.next(), [2, 3 * units], this.dtype) : super.makeBias(rng)
  }
}
