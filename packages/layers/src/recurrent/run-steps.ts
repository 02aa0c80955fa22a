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

/** What a cell remembers from step to step: a list with one tensor per state, of stacked cells a list for each cell. */
export type CellStates = readonly (Tensor | CellStates)[]

/** What a recurrent layer does with masks and directions. */
export interface RunOptions {
  readonly goBackwards?: boolean
  readonly returnSequences?: boolean
  readonly zeroOutputForMask?: boolean
  /** One part of the program per step instead of a loop. As in Keras, a masked start then gives zeros. */
  readonly unroll?: boolean
  /** bool `[batch, time]`: which steps count. */
  readonly mask?: Tensor | undefined
}

/** One step: the output and the states after it, from `[batch, ...]` and the states before. */
export type RecurrentStep = (x: Tensor, states: CellStates) => readonly [output: Tensor, states: CellStates]

export interface Run {
  /** `[batch, time, ...]` with `returnSequences`, else the last output. */
  readonly output: Tensor
  readonly states: CellStates
}

/**
 * Runs `step` along the first axis of `x`, `[time, batch, ...]`; from the last to the first with `goBackwards`, and then the
 * outputs come in the order of the run. A masked step repeats the previous output, which is taken to be the first state (of
 * the last cell), or gives zeros; it leaves the states alone. As Keras's `backend.rnn`.
 */
export function runSteps(x: Tensor, initial: CellStates, step: RecurrentStep, options: RunOptions): Run {
  return options.unroll ? unrolled(x, initial, step, options) : looped(x, initial, step, options)
}

function looped(x: Tensor, initial: CellStates, step: RecurrentStep, options: RunOptions): Run {
  const { goBackwards = false, returnSequences = false, zeroOutputForMask = false, mask } = options
  const counts = mask && transpose(mask)
  const last = goBackwards ? 0 : x.shape[0]! - 1
  // Most cells give one of their states. Where only the last output is wanted, it need not be stacked with the others.
  let place = -1
  const run = (stacked: boolean) =>
    scan(
      (before: CellStates, now: { readonly x: Tensor; readonly counts: Tensor | undefined }) => {
        const [output, after] = step(now.x, before)
        place = treeLeaves(after).indexOf(output)
        if (!now.counts) return [after, stacked ? output : null] as const
        const previous = zeroOutputForMask ? zerosLike(output) : outputIn(before)
        const shown = stacked ? where(beside(now.counts, output), output, previous) : null
        return [chosen(now.counts, after, before), shown] as const
      },
      initial,
      { x, counts },
      { reverse: goBackwards },
    )
  if (!returnSequences) {
    const [states] = run(false)
    if (place >= 0) {
      const output = treeLeaves(states)[place]!
      const hidden = counts && zeroOutputForMask
      return { output: hidden ? where(beside(elementOf(counts, last), output), output, 0) : output, states }
    }
  }
  const [states, outputs] = run(true) as [CellStates, Tensor]
  if (!returnSequences) return { output: elementOf(outputs, last), states }
  return { output: swapped(goBackwards ? flip(outputs, 0) : outputs), states }
}

function unrolled(x: Tensor, initial: CellStates, step: RecurrentStep, options: RunOptions): Run {
  const { goBackwards = false, returnSequences = false, zeroOutputForMask = false, mask } = options
  const steps = x.shape[0]!
  const outputs: Tensor[] = []
  let states = initial
  for (let index = 0; index < steps; index++) {
    const time = goBackwards ? steps - 1 - index : index
    let [output, after] = step(elementOf(x, time), states)
    if (mask) {
      const counts = reshape(sliceAxis(mask, 1, time, 1), [mask.shape[0]!])
      const previous = zeroOutputForMask ? undefined : outputs.at(-1)
      output = where(beside(counts, output), output, previous ?? full(output.shape, 0, output.dtype, x))
      after = chosen(counts, after, states)
    }
    outputs.push(output)
    states = after
  }
  return { output: returnSequences ? stack(outputs, 1) : outputs.at(-1)!, states }
}

/** The state that Keras takes for the output of the previous step. */
function outputIn(states: CellStates): Tensor {
  const [first] = states
  return Array.isArray(first) ? ((states.at(-1) as CellStates)[0] as Tensor) : (first as Tensor)
}

function chosen(counts: Tensor, after: CellStates, before: CellStates): CellStates {
  return treeMap((next, old) => where(beside(counts, next), next, old!), after, before)
}

/** `[batch]` with further axes of size 1, to stand beside `x`. */
function beside(counts: Tensor, x: Tensor): Tensor {
  return reshape(
    counts,
    x.shape.map((d, axis) => (axis === 0 ? d : 1)),
  )
}

/** The step at one place of a sequence `[time, batch, ...]`. */
export function elementOf(x: Tensor, time: number): Tensor {
  return reshape(sliceAxis(x, 0, time, 1), x.shape.slice(1))
}

/** `[time, batch, ...]` as `[batch, time, ...]`, and the other way round. */
export function swapped(x: Tensor): Tensor {
  return transpose(x, [1, 0, ...x.shape.slice(2).map((_, i) => i + 2)])
}
