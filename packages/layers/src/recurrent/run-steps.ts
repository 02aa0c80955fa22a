import { flip, full, reshape, scan, sliceAxis, stack, type Tensor, transpose, where } from '@gradus/tensor'

/** What a recurrent layer does with masks and directions. */
export interface RunOptions {
  readonly goBackwards?: boolean
  readonly returnSequences?: boolean
  readonly zeroOutputForMask?: boolean
  /** One part of the program per step instead of a loop. As in Keras, a masked start then gives zeros. */
  readonly unroll?: boolean
  /** bool `[batch, time]`: which steps count. */
  readonly mask?: Tensor
}

/** One step: from `[batch, width]` and the states to the states after it, of which the first is the output. */
export type RecurrentStep = (x: Tensor, states: readonly Tensor[]) => readonly Tensor[]

export interface Run {
  /** `[batch, time, ...]` with `returnSequences`, else the last output. */
  readonly output: Tensor
  readonly states: readonly Tensor[]
}

/**
 * Runs `step` along the first axis of `x`, `[time, batch, width]`; from the last to the first with `goBackwards`, and then
 * the outputs come in the order of the run. A masked step repeats the previous output (or gives zeros) and leaves the states
 * alone, as in Keras.
 */
export function runSteps(x: Tensor, initial: readonly Tensor[], step: RecurrentStep, options: RunOptions): Run {
  return options.unroll ? unrolled(x, initial, step, options) : looped(x, initial, step, options)
}

function looped(x: Tensor, initial: readonly Tensor[], step: RecurrentStep, options: RunOptions): Run {
  const { goBackwards = false, returnSequences = false, zeroOutputForMask = false, mask } = options
  // [time, batch, 1]
  const counts = mask && reshape(transpose(mask), [x.shape[0]!, x.shape[1]!, 1])
  const shown = (output: Tensor, count: Tensor | undefined) =>
    count && zeroOutputForMask ? where(count, output, 0) : output
  const [states, outputs] = scan(
    (before: readonly Tensor[], now: { readonly x: Tensor; readonly counts: Tensor | undefined }) => {
      const made = step(now.x, before)
      const after = now.counts ? made.map((state, i) => where(now.counts!, state, before[i]!)) : made
      return [after, returnSequences ? shown(after[0]!, now.counts) : null] as const
    },
    initial,
    { x, counts },
    { reverse: goBackwards },
  )
  if (outputs) return { output: inBatches(goBackwards ? flip(outputs, 0) : outputs), states }
  const last = goBackwards ? 0 : x.shape[0]! - 1
  return { output: shown(states[0]!, counts && elementOf(counts, last)), states }
}

function unrolled(x: Tensor, initial: readonly Tensor[], step: RecurrentStep, options: RunOptions): Run {
  const { goBackwards = false, returnSequences = false, zeroOutputForMask = false, mask } = options
  const steps = x.shape[0]!
  const outputs: Tensor[] = []
  let states = initial
  const [first] = initial as [Tensor]
  const zeros = full(first.shape, 0, first.dtype, x)
  let output = zeros
  for (let index = 0; index < steps; index++) {
    const time = goBackwards ? steps - 1 - index : index
    const made = step(elementOf(x, time), states)
    if (mask) {
      const counts = sliceAxis(mask, 1, time, 1)
      output = where(counts, made[0]!, zeroOutputForMask ? zeros : output)
      states = made.map((state, i) => where(counts, state, states[i]!))
    } else {
      output = made[0]!
      states = made
    }
    if (returnSequences) outputs.push(output)
  }
  return { output: returnSequences ? stack(outputs, 1) : output, states }
}

function elementOf(x: Tensor, time: number): Tensor {
  return reshape(sliceAxis(x, 0, time, 1), x.shape.slice(1))
}

/** `[time, batch, ...]` as `[batch, time, ...]`. */
function inBatches(x: Tensor): Tensor {
  return transpose(x, [1, 0, ...x.shape.slice(2).map((_, i) => i + 2)])
}
