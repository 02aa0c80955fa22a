import {
  flip,
  full,
  reshape,
  scan,
  sliceAxis,
  stack,
  type Tensor,
  transpose,
  treeLeaves,
  treeMap,
  where,
  zerosLike,
} from '@gradus/tensor'

/** The states of a cell: one tensor per state; for stacked cells one list per cell. */
export type CellStates = readonly (Tensor | CellStates)[]

/** The options of `runSteps`. */
export interface RunOptions {
  readonly goBackwards?: boolean
  readonly returnSequences?: boolean
  readonly zeroOutputForMask?: boolean
  /** Whether to unroll the loop. As in Keras, masked steps at the start then give zeros. */
  readonly unroll?: boolean
  /** Which steps are not masked: bool `[batch, time]`. */
  readonly mask?: Tensor | undefined
}

/** A time step: computes the output and the new states from the input, `[batch, ...]`, and the old states. */
export type RecurrentStep = (x: Tensor, states: CellStates) => readonly [output: Tensor, states: CellStates]

/** The result of `runSteps`. */
export interface Run {
  /** `[batch, time, ...]` with `returnSequences`, otherwise the last output. */
  readonly output: Tensor
  readonly states: CellStates
}

/**
 * Runs `step` along the first axis of `x`, `[time, batch, ...]`; with `goBackwards` from the last to the first, and the
 * outputs are in that order too. A masked step does not change the states, and repeats the previous output or gives zeros.
 * The previous output is taken to be the first state (of the last cell), as in Keras's `backend.rnn`.
 */
export function runSteps(x: Tensor, initial: CellStates, step: RecurrentStep, options: RunOptions): Run {
  return options.unroll ? unrolled(x, initial, step, options) : looped(x, initial, step, options)
}

function looped(x: Tensor, initial: CellStates, step: RecurrentStep, options: RunOptions): Run {
  const { goBackwards = false, returnSequences = false, zeroOutputForMask = false, mask } = options
  const masks = mask && transpose(mask)
  const last = goBackwards ? 0 : x.shape[0]! - 1
  // The output of most cells is one of their states. If only the last output is needed, it is then taken from the final states,
  // and the outputs are not stacked.
  let outputState = -1
  const run = (stacked: boolean) =>
    scan(
      (before: CellStates, now: { readonly x: Tensor; readonly mask: Tensor | undefined }) => {
        const [output, after] = step(now.x, before)
        outputState = treeLeaves(after).indexOf(output)
        if (!now.mask) return [after, stacked ? output : null] as const
        const previous = zeroOutputForMask ? zerosLike(output) : previousOutput(before)
        const shown = stacked ? where(withAxesOf(output, now.mask), output, previous) : null
        return [selectStates(now.mask, after, before), shown] as const
      },
      initial,
      { x, mask: masks },
      { reverse: goBackwards },
    )
  if (!returnSequences) {
    const [states] = run(false)
    if (outputState >= 0) {
      const output = treeLeaves(states)[outputState]!
      const zeroed = masks && zeroOutputForMask
      return { output: zeroed ? where(withAxesOf(output, timeStep(masks, last)), output, 0) : output, states }
    }
  }
  const [states, outputs] = run(true) as [CellStates, Tensor]
  if (!returnSequences) return { output: timeStep(outputs, last), states }
  return { output: swapBatchAndTime(goBackwards ? flip(outputs, 0) : outputs), states }
}

function unrolled(x: Tensor, initial: CellStates, step: RecurrentStep, options: RunOptions): Run {
  const { goBackwards = false, returnSequences = false, zeroOutputForMask = false, mask } = options
  const steps = x.shape[0]!
  const outputs: Tensor[] = []
  let states = initial
  for (let index = 0; index < steps; index++) {
    const time = goBackwards ? steps - 1 - index : index
    let [output, after] = step(timeStep(x, time), states)
    if (mask) {
      const stepMask = reshape(sliceAxis(mask, 1, time, 1), [mask.shape[0]!])
      const previous = zeroOutputForMask ? undefined : outputs.at(-1)
      output = where(withAxesOf(output, stepMask), output, previous ?? full(output.shape, 0, output.dtype, x))
      after = selectStates(stepMask, after, states)
    }
    outputs.push(output)
    states = after
  }
  return { output: returnSequences ? stack(outputs, 1) : outputs.at(-1)!, states }
}

/** The state that is taken to be the output of the previous step, as in Keras. */
function previousOutput(states: CellStates): Tensor {
  const [first] = states
  return Array.isArray(first) ? ((states.at(-1) as CellStates)[0] as Tensor) : (first as Tensor)
}

/** The new states for samples whose mask is true, the old ones for others. */
function selectStates(mask: Tensor, after: CellStates, before: CellStates): CellStates {
  return treeMap((next, old) => where(withAxesOf(next, mask), next, old!), after, before)
}

/** A mask `[batch]` with further axes of size 1, so that it broadcasts against `x`. */
function withAxesOf(x: Tensor, mask: Tensor): Tensor {
  return reshape(
    mask,
    x.shape.map((d, axis) => (axis === 0 ? d : 1)),
  )
}

/** One time step, `[batch, ...]`, of a sequence `[time, batch, ...]`. */
export function timeStep(x: Tensor, time: number): Tensor {
  return reshape(sliceAxis(x, 0, time, 1), x.shape.slice(1))
}

/** Transposes `[time, batch, ...]` to `[batch, time, ...]` and vice versa. */
export function swapBatchAndTime(x: Tensor): Tensor {
  return transpose(x, [1, 0, ...x.shape.slice(2).map((_, i) => i + 2)])
}
