import { relative } from 'node:path'
import type { Logs } from '@gradus/core'
import { TargetError } from '../exit-codes.ts'
import { evaluate } from './evaluation.ts'
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
  const evaluation = await evaluate(config, prepared)
  if (evaluation) {
    reportEvaluation(report, evaluation, config)
    await folder.writeJson('evaluation', evaluation)
    const { samples, figures, confusion = null } = evaluation
    events({ event: 'evaluation', samples, ...figures, confusion })
  }
  await folder.markConcluded()
  const path = relative(terminal.cwd, folder.path) || '.'
  reportSaved(report, path)
  reportNext(report, { command: terminal.command, config, run: path, source })
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
      evaluation: evaluation ?? null,
      update: update ?? null,
      milliseconds,
    }
    terminal.out.write(`${JSON.stringify(document, null, 2)}\n`)
  }
  requireAccuracy(flags.minAccuracy, evaluation?.figures ?? records.at(-1)?.logs ?? {})
}

function requireAccuracy(minimum: number | undefined, figures: Logs): void {
  if (minimum === undefined) return
  const [name, accuracy] = Object.entries(figures).find(([key]) => /acc/i.test(key)) ?? ['accuracy', Number.NaN]
  if (accuracy >= minimum) return
  throw new TargetError(`The ${name} is ${accuracy.toFixed(4)} and was to be at least ${minimum} (--min-accuracy).`)
}
