import { ConfigError, Layer, type Scope, titleOf } from '@gradus/core'
import { expandDims, full, reshape, Tensor } from '@gradus/tensor'
import type { CellStates, RecurrentStep } from './run-steps.ts'

/** The sizes of the states of a cell: one number per state; for stacked cells one list per cell. */
export type StateSizes = readonly (number | StateSizes)[]

/** The options of a call of a cell. */
export interface CellOptions {
  /** The states before the step (default zeros). A recurrent layer always gives them. */
  readonly states: CellStates
}

/** The time steps of a cell over a sequence. */
export interface CellSteps {
  /** The inputs of the steps, `[time, batch, ...]`: the sequence, or values that `start` has computed from it. */
  readonly inputs: Tensor
  /** Computes one step. */
  readonly step: RecurrentStep
}

/**
 * The base class of cells, which compute one time step of a recurrent layer. A cell has `stateSizes` and implements `apply`,
 * which gets one step of the input, `[batch, ...]`, and the states in `scope.options.states`, and returns `[output, states]`.
 *
 * A cell may also implement `start`, which prepares a whole sequence, so that computations that do not depend on the states
 * are done for all steps at once.
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
export abstract class RecurrentCell<C extends object = object, P extends object = object> extends Layer<
  C,
  P,
  Record<string, never>,
  CellOptions
> {
  static override readonly callFields = { states: 'unknown' } as const
  static override readonly callArguments = ['states']

  abstract readonly stateSizes: StateSizes

  /** Prepares the steps of a sequence `[time, batch, ...]`. `scope` is the scope of the cell. */
  start?(sequence: Tensor, scope: Scope<this>): CellSteps

  /** Zero states before the first step of a sequence; `x` is one step of it, `[batch, ...]`. */
  zeroStates(x: Tensor): CellStates {
    const dtype = this.computeDType
    const zeros = (sizes: StateSizes): CellStates =>
      sizes.map((size) => (typeof size === 'number' ? full([x.shape[0]!, size], 0, dtype, x) : zeros(size)))
    if (!Array.isArray(this.stateSizes)) {
      throw new ConfigError(
        `${titleOf(this)} is a cell and has no stateSizes. Give the size of each state in a list, as in stateSizes = [8] (in Keras it is state_size).`,
      )
    }
    return zeros(this.stateSizes)
  }
}

/** One step of a cell that implements `start`, for a sequence of length 1. */
export function singleStep({ inputs, step }: CellSteps, states: CellStates): [output: Tensor, states: CellStates] {
  const [output, after] = step(reshape(inputs, inputs.shape.slice(1)), states)
  return [output, after]
}

/** A step as a sequence of length 1. */
export function asSequence(x: Tensor): Tensor {
  return expandDims(x, 0)
}

/** States as a list: as in Keras, a single one may come without. */
export function stateList(states: CellStates | Tensor): CellStates {
  return states instanceof Tensor ? [states] : states
}
