import type { Logs } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import type { Confusion } from './confusion.ts'
import type { Prepared } from './prepare.ts'
import { inputsOf, partsOf, type TrainSamples, targetsOf } from './samples.ts'
import { StoredBatches } from './stored-batches.ts'
import { StoredSamples } from './stored-samples.ts'
import { type TargetFigures, TargetScores } from './target-figures.ts'

/** The figures of a model on rows on which it was not trained. */
export interface Evaluation {
  /** Which rows they are: those for the test or, where there are none, those for the validation. */
  readonly role: 'test' | 'validation'
  readonly samples: number
  /** The loss and the metrics, in the units in which the model learns. */
  readonly figures: Logs
  /** Of a single target of classes. */
  readonly confusion: Confusion | undefined
  /** By target: the confusion matrix, or the errors in the units of the target. */
  readonly targets: TargetFigures
}

/** Evaluates the model on the held-out rows, else on the validation rows; undefined without such rows. */
export async function evaluate(prepared: Prepared): Promise<(Evaluation & { name: string }) | undefined> {
  const { test, validation } = prepared
  const samples = test ?? validation
  if (!samples) return undefined
  return { name: samples.name, role: test ? 'test' : 'validation', ...(await evaluateSamples(prepared, samples)) }
}

/** Evaluates a model on rows. */
export async function evaluateSamples(
  { model, coder, config }: Pick<Prepared, 'model' | 'coder' | 'config'>,
  samples: TrainSamples,
): Promise<Omit<Evaluation, 'role'>> {
  const { batchSize } = config.fit
  const figures =
    samples instanceof StoredSamples
      ? await model.evaluate(new StoredBatches(samples, model, { batchSize }), { verbose: 0 })
      : await model.evaluate(inputsOf(samples), targetsOf(samples, model), { batchSize, verbose: 0 })
  const scores = new TargetScores(coder)
  // whole batches, so that the results do not depend on where the rows are
  for (const part of partsOf(samples, partBatches * batchSize))
    await scores.add([await model.predictAll(inputsOf(part), { batchSize })].flat() as Tensor[], part.y)
  const targets = scores.finish()
  return { samples: samples.count, figures, confusion: onlyConfusion(targets), targets }
}

/** The number of batches of stored rows that are predicted at once. */
const partBatches = 256

/** The confusion matrix of a single target. */
export function onlyConfusion(targets: TargetFigures): Confusion | undefined {
  const [first, ...others] = Object.values(targets)
  return first && 'confusion' in first && others.length === 0 ? first.confusion : undefined
}
