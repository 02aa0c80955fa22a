import { full, reshape, sliceAxis, stack, type Tensor, where } from '@gradus/tensor'

/** What a recurrent layer does with masks and directions. */
export interface UnrollOptions {
  readonly goBackwards?: boolean
  readonly returnSequences?: boolean
  readonly zeroOutputForMask?: boolean
  /** bool `[batch, time]`: which steps count. */
  readonly mask?: Tensor
  /** The output of masked steps before the first one that counts (default: the first state). */
  readonly firstOutput?: Tensor
}

/** One step: from its number and the states to the output and the states after it. */
export type RecurrentStep = (
  time: number,
  states: readonly Tensor[],
) => { readonly output: Tensor; readonly states: readonly Tensor[] }

/**
 * Runs `step` over `steps` time steps, from the last to the first with `goBackwards`; the outputs come in the order of
 * the run. A masked step repeats the previous output (or gives zeros) and leaves the states alone, as in Keras.
 */
export function unrollSteps(
  steps: number,
  initial: readonly Tensor[],
  step: RecurrentStep,
  options: UnrollOptions,
): { output: Tensor; states: readonly Tensor[] } {
  const { goBackwards = false, returnSequences = false, zeroOutputForMask = false, mask } = options
  const outputs: Tensor[] = []
  let states = initial
  let previous = options.firstOutput ?? initial[0]!
  for (let index = 0; index < steps; index++) {
    const time = goBackwards ? steps - 1 - index : index
    const now = step(time, states)
    let output = now.output
    if (mask) {
      const counts = sliceAxis(mask, 1, time, 1)
      output = where(counts, output, zeroOutputForMask ? full(output.shape, 0, output.dtype, output) : previous)
      states = now.states.map((state, i) => where(counts, state, states[i]!))
    } else states = now.states
    previous = output
    if (returnSequences) outputs.push(output)
  }
  return { output: returnSequences ? stack(outputs, 1) : previous, states }
}

/** Step `time` of `[batch, time, width]`, `[batch, width]`. */
export function stepOf(x: Tensor, time: number): Tensor {
  return reshape(sliceAxis(x, 1, time, 1), [x.shape[0]!, x.shape[2]!])
}
