import { relative } from 'node:path'
import type { Logs } from '@gradus/core'
import { TargetError } from '../exit-codes.ts'
import { type Evaluation, evaluate } from './evaluation.ts'
import { epochFigures } from './figures.ts'
import { reportEvaluation, reportNext, reportSaved, reportUpdate } from './report-run.ts'
import type { Run } from './run.ts'
import type { RunFolder } from './run-folder.ts'
import type { Session } from './session.ts'

/**
 * Evaluates the trained model, and prints and saves the results. A run that ends here is concluded by `--resume`. Throws
 * `TargetError`.
 */
export async function conclude(run: Run, folder: RunFolder, session: Session): Promise<void> {
  const { source, config, flags, terminal, report, events, prepared, startedAt } = run
  const { records } = session.recorder
  const update = await session.update()
  if (update) reportUpdate(report, update, prepared.optimizer.type)
  const evaluated = await evaluate(prepared)
  const { name: evaluatedName = '', ...evaluation } = evaluated ?? {}
  if (evaluated) {
    reportEvaluation(report, evaluatedName, evaluated)
    await folder.writeJson('evaluation', evaluation)
    const { role, samples, figures, confusion = null, targets } = evaluated
    events({ event: 'evaluation', role, samples, ...figures, confusion, targets })
  }
  await folder.markConcluded()
  const path = relative(terminal.cwd, folder.path) || '.'
  reportSaved(report, path)
  reportNext(report, { command: terminal.command, config, run: path, source, records, cwd: terminal.cwd })
  const milliseconds = Math.round(performance.now() - startedAt)
  events({ event: 'end', run: folder.path, epochs: records.length, milliseconds })
  if (flags.json) {
    const document = {
      version: 1,
      run: folder.path,
      name: config.name,
      backend: prepared.backend.name,
      seed: config.seed,
      samples: prepared.train.count,
      parameters: prepared.model.countParams(),
      epochs: records.map(epochFigures),
      evaluation: evaluated ? evaluation : null,
      update: update ?? null,
      milliseconds,
    }
    terminal.out.write(`${JSON.stringify(document, null, 2)}\n`)
  }
  requireAccuracy(flags.minAccuracy, accuracyOf(evaluated, records.at(-1)?.logs ?? {}))
}

/** The accuracy that `--min-accuracy` is compared with, and the rows that it is of. */
interface Accuracy {
  readonly value: number
  readonly rows: string
}

/** That of the held-out rows, else of the validation rows, else of the training rows in the last epoch. */
function accuracyOf(evaluation: Evaluation | undefined, logs: Logs): Accuracy {
  const find = (figures: Logs, pattern: RegExp) => Object.entries(figures).find(([key]) => pattern.test(key))?.[1]
  if (evaluation) return { value: find(evaluation.figures, /acc/i) ?? Number.NaN, rows: `${evaluation.role} rows` }
  const validation = find(logs, /^val_.*acc/i)
  if (validation !== undefined) return { value: validation, rows: 'validation rows' }
  return { value: find(logs, /acc/i) ?? Number.NaN, rows: 'training rows' }
}

/** Throws `TargetError` for an accuracy that is lower than `--min-accuracy`. */
function requireAccuracy(minimum: number | undefined, { value, rows }: Accuracy): void {
  if (minimum === undefined || value >= minimum) return
  throw new TargetError(
    `The accuracy of the ${rows} is ${value.toFixed(4)} and was to be at least ${minimum} (--min-accuracy).`,
  )
}
