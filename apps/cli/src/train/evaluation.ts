import type { Logs } from '@gradus/core'
import type { Resolved } from '../config/resolve-config.ts'
import { type Confusion, confusionOf } from './confusion.ts'
import type { Prepared } from './prepare.ts'

/** The figures of a model on held-out samples. */
export interface Evaluation {
  readonly samples: number
  readonly figures: Logs
  readonly confusion: Confusion | undefined
}

/** Evaluates the model on the held-out samples; undefined without such samples. */
export async function evaluate({ data, fit }: Resolved, { model, test }: Prepared): Promise<Evaluation | undefined> {
  if (!test) return undefined
  const { batchSize } = fit
  const figures = await model.evaluate(test.x, test.y, { batchSize, verbose: 0 })
  const predictions = await model.predict(test.x, { batchSize })
  return { samples: test.count, figures, confusion: await confusionOf(predictions, test.y, data.classes) }
}
