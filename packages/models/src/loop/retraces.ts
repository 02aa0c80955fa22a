import type { CompiledTrainStep } from '../step/index.ts'

/** Traces of a train step that are no reason to worry: full and last batches, for data and batches of a few sizes. */
const expected = 8

const warned = new WeakSet<CompiledTrainStep>()

/** Warns, once, about a train step that is traced again and again: it may cost more time than training. */
export function warnOfRetraces(step: CompiledTrainStep): void {
  if (step.traces <= expected || warned.has(step)) return
  warned.add(step)
  const reasons = step.retraces.map((reason) => `\n  ${reason}`).join('')
  console.warn(
    `fit: the train step was traced ${step.traces} times, once for each form of its arguments, and each time costs as much as many steps. ` +
      `Give batches of one size (drop the odd ones, or pad them and give the padding the sampleWeight 0) and sequences of one length. Why it was traced again:${reasons}`,
  )
}
