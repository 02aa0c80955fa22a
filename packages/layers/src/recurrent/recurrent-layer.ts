import {
  type ConfigOf,
  type FieldTable,
  fieldsOf,
  firstMask,
  firstShape,
  type InputShape,
  Layer,
  type Masks,
  type OptionsOf,
  type Rng,
  type Scope,
  shapeError,
  titleOf,
} from '@gradus/core'
import {
  broadcastTo,
  cast,
  isFloat,
  type Shape,
  ShapeError,
  type Tensor,
  type Tree,
  treeLeaves,
  treeMap,
  treeReplace,
  zeros,
} from '@gradus/tensor'
import { regularizerKind } from '../option-kinds.ts'
import * as regularizers from '../regularizers/index.ts'
import type { CellSteps, RecurrentCell } from './cell.ts'
import { type CellStates, runSteps, swapBatchAndTime, timeStep } from './run-steps.ts'

const fields = {
  /** Whether to return the outputs of all steps rather than the last one. */
  returnSequences: { type: 'boolean', default: false },
  /** Whether the final states are further outputs. */
  returnState: { type: 'boolean', default: false },
  /** Whether to run from the last step to the first; the outputs are in that order too. */
  goBackwards: { type: 'boolean', default: false },
  /**
   * Whether each batch starts with the final states of the previous one, in training, evaluation and prediction; all batches must
   * then have the same size. `resetStates()` of the layer or the model starts again.
   */
  stateful: { type: 'boolean', default: false },
  /**
   * Whether to unroll the loop over the time steps. As in Keras, masked steps at the start then give zeros instead of the initial
   * state.
   */
  unroll: { type: 'boolean', default: false },
  /** Whether masked steps give zeros instead of the previous output. */
  zeroOutputForMask: { type: 'boolean', default: false },
  /**
   * Whether the outputs of all steps have the mask of the input, as in Keras 2 and TensorFlow.js. Keras 3.16 passes none, which is the
   * default.
   */
  passMask: { type: 'boolean', default: false },
  /** A penalty on the output, divided by the batch size. */
  activityRegularizer: { type: regularizerKind, among: regularizers },
} as const

/** Options of all recurrent layers. */
export interface RecurrentConfig extends ConfigOf<typeof fields> {}

/** The complete options of all recurrent layers. */
export type RecurrentOptions = OptionsOf<typeof fields>

/** The options of a call of a recurrent layer. */
export interface RecurrentCallOptions {
  /** The states before the first step, each `[batch, units]` (default zeros). */
  readonly initialState: CellStates
}

/** The state of a recurrent layer: with `stateful` the cell states after the last batch, otherwise empty. */
export type RecurrentState = { readonly states?: CellStates }

/**
 * The base class of recurrent layers, which run a cell along the time axis: `[batch, time, ...]` gives the last output, or with
 * `returnSequences` all outputs, `[batch, time, ...]`, followed by the final states with `returnState`.
 */
export abstract class RecurrentLayer<C extends object> extends Layer<
  C & RecurrentConfig,
  Record<string, never>,
  RecurrentState,
  RecurrentCallOptions
> {
  static override readonly fields: FieldTable = fields
  static override readonly callFields = { initialState: 'unknown' } as const
  static override readonly callArguments = ['initialState', 'mask']
  declare readonly options: RecurrentOptions

  /** The cell, which computes one time step. */
  abstract readonly cell: RecurrentCell

  override get stateful(): boolean {
    return this.options.stateful
  }

  override get supportsMasking(): boolean {
    return true
  }

  override initState(_rng: Rng, inputShape: InputShape): RecurrentState {
    if (!this.options.stateful) return {}
    const [batch = 1, _, ...step] = firstShape(inputShape)
    const states = this.cell.zeroStates(zeros([batch, ...step], this.dtype))
    return { states: treeMap((state) => cast(state, this.dtype), states) }
  }

  apply(x: Tensor, scope: Scope<this>): Tree {
    this.requireSequence(x.shape)
    const { returnState, stateful } = this.options
    const sequence = swapBatchAndTime(x)
    const { inputs, step } = this.stepsOf(sequence, scope)
    const initial = this.initialStates(x, scope)
    const mask = firstMask(scope.mask)
    const run = runSteps(inputs, initial, step, { ...this.options, mask: mask && cast(mask, 'bool') })
    if (stateful) scope.setState({ states: run.states })
    return returnState ? [run.output, ...(run.states as Tree[])] : run.output
  }

  /** Without `passMask` no mask is passed on, as in Keras 3.16 (3.15 passed it on), which recorded models show. */
  override computeMask(_inputs: Tree, mask: Masks): Masks {
    const { passMask, returnSequences } = this.options
    return passMask && returnSequences ? firstMask(mask) : undefined
  }

  /** The steps that the cell prepares, or else calls of the cell. */
  private stepsOf(sequence: Tensor, scope: Scope<this>): CellSteps {
    const { cell } = this
    const cellScope = scope.of(cell, timeStep(sequence, 0))
    // a cell may have another dtype than the layer
    if (cell.start) return cell.start(isFloat(sequence.dtype) ? cast(sequence, cell.computeDType) : sequence, cellScope)
    return {
      inputs: sequence,
      step: (x, states) => scope.callAll(cell, x, { states } as object) as unknown as [Tensor, CellStates],
    }
  }

  /** The given states, those of the previous batch, or zeros. */
  private initialStates(x: Tensor, scope: Scope<this>): CellStates {
    const { initialState } = scope.options as Partial<RecurrentCallOptions>
    const zeros = this.cell.zeroStates(timeStep(swapBatchAndTime(x), 0))
    if (initialState) return this.givenStates(initialState, zeros)
    const { states } = scope.state as RecurrentState
    if (!states) return zeros
    // a model without a known batch size makes states for one sample, which are broadcast to the first batch
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
        return broadcastTo(cast(kept, zero!.dtype), zero!.shape)
      },
      states,
      zeros,
    )
  }

  private givenStates(given: CellStates, zeros: CellStates): CellStates {
    const [wanted, found] = [treeLeaves(zeros).length, treeLeaves(given)]
    if (found.length !== wanted) {
      throw new ShapeError(
        `${titleOf(this)} expects ${wanted} initial states and got ${found.length}. Give a list with one tensor for each, as in call(x, { initialState: [...] }).`,
      )
    }
    // the states of a cell with one may come without a list
    return treeMap((zero, state) => cast(state!, zero.dtype), zeros, treeReplace(zeros, found))
  }

  /** Throws `ShapeError` for an input of another shape than `[batch, time, ...]`. */
  protected requireSequence(shape: Shape): void {
    if (shape.length >= 3 && shape[1] !== 0) return
    throw shapeError(
      this,
      'a sequence of shape [batch, time, inputs] with at least one step',
      shape,
      shape.length === 2
        ? 'A recurrent layer before it needs returnSequences: true; other inputs get the missing axis with reshape(x, [batch, time, 1]).'
        : 'Add the missing axis, as in reshape(x, [batch, time, 1]).',
    )
  }
}

// options of every layer that are not passed on to the cell
const ownOptions = ['name', 'inputShape', 'trainable', 'activityRegularizer']

/** The options of a recurrent layer that its cell has too. */
export function cellConfigOf<C extends object>(config: object, cell: abstract new (config: C) => object): C {
  const known = fieldsOf(cell) ?? {}
  const taken = Object.entries(config).filter(([key]) => Object.hasOwn(known, key) && !ownOptions.includes(key))
  return Object.fromEntries(taken) as C
}
