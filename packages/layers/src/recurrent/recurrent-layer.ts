import {
  type ConfigOf,
  type FieldTable,
  fieldsOf,
  firstMask,
  type InputShape,
  Layer,
  type OptionsOf,
  type Rng,
  type Scope,
} from '@gradus/core'
import {
  broadcastTo,
  cast,
  type Shape,
  ShapeError,
  Tensor,
  type Tree,
  treeLeaves,
  treeMap,
  zeros,
} from '@gradus/tensor'
import { firstShape, shapeError, titleOf } from '../layer-shapes.ts'
import { regularizerKind } from '../option-kinds.ts'
import * as regularizers from '../regularizers/index.ts'
import type { CellSteps, RecurrentCell } from './cell.ts'
import { type CellStates, elementOf, runSteps, swapped } from './run-steps.ts'

const fields = {
  /** The output of every step instead of the last one. */
  returnSequences: { type: 'boolean', default: false },
  /** The final states as further outputs. */
  returnState: { type: 'boolean', default: false },
  /** Go from the last step to the first, and give the outputs in that order. */
  goBackwards: { type: 'boolean', default: false },
  /** Start each batch from the states that the one before ended with; batches must then have one size. */
  stateful: { type: 'boolean', default: false },
  /**
   * Each step as a part of the program of its own, instead of a loop. As in Keras, a masked start then gives zeros instead
   * of the initial state.
   */
  unroll: { type: 'boolean', default: false },
  /** Zeros for masked steps instead of the previous output. */
  zeroOutputForMask: { type: 'boolean', default: false },
  /** Penalty on the output, divided by the batch size. */
  activityRegularizer: { type: regularizerKind, among: regularizers },
} as const

/** Options of all recurrent layers. */
export interface RecurrentConfig extends ConfigOf<typeof fields> {}

export type RecurrentOptions = OptionsOf<typeof fields>

/** The options of a call of a recurrent layer. */
export interface RecurrentCallOptions {
  /** The states before the first step, each `[batch, units]`; by default zeros. */
  readonly initialState: CellStates
}

/** With `stateful`: the states after the last batch. */
export type RecurrentState = { readonly states?: CellStates }

/**
 * Runs a cell along the time axis: `[batch, time, ...]` gives the last output, or with `returnSequences` all of them,
 * `[batch, time, ...]`, followed by the final states with `returnState`.
 */
export abstract class RecurrentLayer<C extends object> extends Layer<
  C & RecurrentConfig,
  Record<string, never>,
  RecurrentState,
  RecurrentCallOptions
> {
  static override readonly fields: FieldTable = fields
  static override readonly callFields = { initialState: 'unknown' } as const
  declare readonly options: RecurrentOptions

  /** What happens at each step. */
  abstract readonly cell: RecurrentCell

  override get supportsMasking(): boolean {
    return true
  }

  override initState(_rng: Rng, inputShape: InputShape): RecurrentState {
    if (!this.options.stateful) return {}
    const [batch = 1, _, ...step] = firstShape(inputShape)
    return { states: this.cell.zeroStates(zeros([batch, ...step], this.dtype)) }
  }

  apply(x: Tensor, scope: Scope<this>): Tree {
    this.requireSequence(x.shape)
    const { returnState, stateful } = this.options
    const sequence = swapped(x)
    const { inputs, step } = this.stepsOf(sequence, scope)
    const initial = this.initialStates(x, scope)
    const mask = firstMask(scope.mask)
    const run = runSteps(inputs, initial, step, { ...this.options, mask: mask && cast(mask, 'bool') })
    if (stateful) scope.setState({ states: run.states })
    return returnState ? [run.output, ...(run.states as Tree[])] : run.output
  }

  /** None. Keras 3.16 does not hand the mask on to later layers either (3.15 did), as recorded models show. */
  override computeMask(): undefined {
    return undefined
  }

  /** The steps as the cell prepares them, or calls of the cell. */
  private stepsOf(sequence: Tensor, scope: Scope<this>): CellSteps {
    const { cell } = this
    const own = scope.of(cell, elementOf(sequence, 0))
    if (cell.start) return cell.start(sequence, own)
    return {
      inputs: sequence,
      step: (x, states) => scope.callAll(cell, x, { states } as object) as unknown as [Tensor, CellStates],
    }
  }

  /** The given states, those of the batch before, or zeros. */
  private initialStates(x: Tensor, scope: Scope<this>): CellStates {
    const { initialState } = scope.options as Partial<RecurrentCallOptions>
    const zeros = this.cell.zeroStates(elementOf(swapped(x), 0))
    if (initialState) return this.givenStates(initialState, zeros)
    const { states } = scope.state as RecurrentState
    if (!states) return zeros
    // A model that does not know its batch size makes states for one sample; the first batch decides.
    return treeMap(
      (kept, zero) => {
        if (kept.shape[0] !== 1 && kept.shape[0] !== zero!.shape[0]) {
          throw shapeError(
            this,
            `batches of ${kept.shape[0]} samples, because it is stateful`,
            x.shape,
            'Give all batches one size, and leave out a smaller last one.',
          )
        }
        return broadcastTo(kept, zero!.shape)
      },
      states,
      zeros,
    )
  }

  private givenStates(given: CellStates, zeros: CellStates): CellStates {
    const list = given instanceof Tensor ? [given] : given
    const [wanted, found] = [treeLeaves(zeros).length, treeLeaves(list).length]
    if (found !== wanted) {
      throw new ShapeError(
        `${titleOf(this)} expects ${wanted} initial states and got ${found}. Give a list with one tensor for each, as in call(x, { initialState: [...] }).`,
      )
    }
    return treeMap((zero, state) => cast(state!, zero.dtype), zeros, list)
  }

  private requireSequence(shape: Shape): void {
    if (shape.length >= 3 && shape[1] !== 0) return
    throw shapeError(
      this,
      'a sequence of shape [batch, time, inputs] with at least one step',
      shape,
      'Add the missing axis, as in reshape(x, [batch, time, 1]).',
    )
  }
}

// Options of every layer that a layer does not hand on to its cell.
const ownOptions = ['name', 'inputShape', 'trainable', 'activityRegularizer']

/** Those options of a layer that its cell has as well. */
export function cellConfigOf<C extends object>(config: object, cell: abstract new (config: C) => object): C {
  const known = fieldsOf(cell) ?? {}
  const taken = Object.entries(config).filter(([key]) => Object.hasOwn(known, key) && !ownOptions.includes(key))
  return Object.fromEntries(taken) as C
}
