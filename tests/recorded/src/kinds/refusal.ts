import type { Check } from '../check.ts'
import { Unsupported } from '../outcome.ts'
import type { CaseBase } from '../recorded.ts'
import { performRefused } from './callbacks.ts'
import { runConstraint, runRegularizer } from './functions.ts'
import { runExactInitializer } from './initializer.ts'
import { runLayer } from './layer.ts'
import { runLoss } from './loss.ts'
import { runMetric } from './metric.ts'
import { runModelConfig } from './model.ts'
import { runOptimizer } from './optimizer.ts'
import { runSchedule } from './schedule.ts'
import { runTraining } from './training.ts'

interface RefusalCase extends CaseBase {
  readonly error_class?: string
  readonly message?: string
}

// The first of these fields that a case has says how it is run.
const attempts: Readonly<Record<string, (entry: never, check: Check) => unknown>> = {
  script: (entry: never) => performRefused(entry),
  layer: runLayer,
  loss: runLoss,
  metric: runMetric,
  optimizer: runOptimizer,
  schedule: runSchedule,
  initializer: runExactInitializer,
  regularizer: runRegularizer,
  constraint: runConstraint,
  fit: runTraining,
  model: runModelConfig,
  args: (entry: never) => performRefused(entry),
}

/** Checks that Gradus throws where Keras does; the message may differ. */
export async function runRefusal(entry: RefusalCase, check: Check): Promise<void> {
  const key = Object.keys(attempts).find((field) => field in entry)
  if (!key) throw new Unsupported(`errors of ${entry.class}`)
  await check.throws('error_class', entry.error_class ?? entry.message ?? 'any', () =>
    attempts[key]!(entry as never, check),
  )
}
