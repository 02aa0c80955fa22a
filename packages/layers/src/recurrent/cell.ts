import { Layer, type Scope } from '@gradus/core'
import { expandDims, full, isFloat, reshape, type Tensor, type Tree } from '@gradus/tensor'
import type { CellStates, RecurrentStep } from './run-steps.ts'

/** How large the states of a cell are: one number per state, of stacked cells a list for each cell. */
export type StateSizes = readonly (number | StateSizes)[]

/** The option of a call of a cell. */
export interface CellOptions {
  /** The states before the step; by default zeros. A recurrent layer always gives them. */
  readonly states: CellStates
}

/** The steps of a cell over a sequence. */
export interface CellSteps {
  /** What each step is given, `[time, batch, ...]`: the inputs, or what a step needs of them. */
  readonly inputs: Tensor
  readonly step: RecurrentStep
}

/**
 * What a recurrent layer does at each step. A cell gives its states as `stateSizes` and implements `apply`, which is given
 * one step of the input, `[batch, ...]`, and the states as `scope.options.states`, and returns `[output, states]`.
 *
 * A cell may implement `start` as well: it prepares a whole sequence, so that what does not depend on the states is computed
 * for all steps at once.
 *
 * @example
 * import { RecurrentCell, RNN } from '@gradus/layers'
 * import { add, matmul, ones, tensor } from '@gradus/tensor'
 * class Sum extends RecurrentCell {
 *   static type = 'acme/Sum'
 *   stateSizes = [2]
 *   apply(x, scope) {
 *     const total = add(x, scope.options.states[0])
 *     return [total, [total]]
 *   }
 * }
 * new RNN({ cell: new Sum() }).call(ones([1, 3, 2])).array() // => [[3, 3]]
 */
export abstract class RecurrentCell<C extends object = object, P extends Tree = Tree> extends Layer<
  C,
  P,
  Record<string, never>,
  CellOptions
> {
  static override readonly callFields = { states: 'unknown' } as const

  abstract readonly stateSizes: StateSizes

  /** Prepares the steps of a sequence `[time, batch, ...]`. `scope` is that of the cell. */
  start?(sequence: Tensor, scope: Scope<this>): CellSteps

  /** The states before the first step, zeros, for a sequence of which `x` is one step. */
  zeroStates(x: Tensor): CellStates {
    const dtype = isFloat(x.dtype) ? x.dtype : this.computeDType
    const zeros = (sizes: StateSizes): CellStates =>
      sizes.map((size) => (typeof size === 'number' ? full([x.shape[0]!, size], 0, dtype, x) : zeros(size)))
    return zeros(this.stateSizes)
  }
}

/** One step of a cell that implements `start`. */
export function singleStep({ inputs, step }: CellSteps, states: CellStates): [output: Tensor, states: CellStates] {
  const [output, after] = step(reshape(inputs, inputs.shape.slice(1)), states)
  return [output, after]
}

/** A step as a sequence of one. */
export function asSequence(x: Tensor): Tensor {
  return expandDims(x, 0)
}
