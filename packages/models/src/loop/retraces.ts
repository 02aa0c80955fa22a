import type { CompiledTrainStep } from '../step/index.ts'

/** The largest number of traces without a warning: full and last batches, for a few sizes of data and batches. */
const expectedTraces = 8

const warned = new WeakSet<CompiledTrainStep>()

/** Warns once about a train step that is traced repeatedly, which may take longer than training. */
export function warnOfRetraces(step: CompiledTrainStep): void {
  if (step.traces <= expectedTraces || warned.has(step)) return
  warned.add(step)
  const reasons = step.retraces.map((reason) => `\n  ${reason}`).join('')
  console.warn(
    `fit: the train step was traced ${step.traces} times, once for each form of its arguments, and a trace takes as long as many steps. ` +
      `Give batches of one size (drop the odd ones, or pad them and give the padding the sampleWeight 0) and sequences of one length. Why it was traced again:${reasons}`,
  )
}
