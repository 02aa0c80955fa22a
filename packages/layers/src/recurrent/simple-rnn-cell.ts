import type { Scope } from '@gradus/core'
import { add, type Tensor } from '@gradus/tensor'
import type { CellSteps } from './cell.ts'
import { UnitsCell, type UnitsConfig, unitsFields } from './units-cell.ts'

/** The options of `SimpleRNNCell`. */
export interface SimpleRNNCellConfig extends UnitsConfig {}

/**
 * One step of a fully connected recurrent layer: activation(x kernel + h recurrentKernel + bias). The state h is the output.
 * Keras: `SimpleRNNCell`.
 *
 * @example
 * import { SimpleRNNCell } from '@gradus/layers'
 * import { zeros } from '@gradus/tensor'
 * const [output] = new SimpleRNNCell({ units: 2 }).callAll(zeros([1, 3]), { states: [zeros([1, 2])] })
 * output.array() // => [[0, 0]]
 */
export class SimpleRNNCell extends UnitsCell<SimpleRNNCellConfig> {
  static readonly type = 'SimpleRNNCell'
  static override readonly fields = unitsFields
  protected readonly gates = 1

  protected override stepsFor(sequence: Tensor, scope: Scope<this>): CellSteps {
    const fromState = this.statePart(scope, sequence)
    return {
      inputs: this.inputPart(sequence, scope, scope.params.bias),
      step: (input, [h]) => {
        const output = this.options.activation(add(input, fromState(h as Tensor)))
        return [output, [output]]
      },
    }
  }
}
