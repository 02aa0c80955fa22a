import { writeJson } from '../text/json.ts'
import { shownPath } from '../text/shown-path.ts'
import { accuracyOf, requireAccuracy } from './accuracy.ts'
import { evaluate } from './evaluation.ts'
import { epochFigures } from './figures.ts'
import { reportNext } from './report-next.ts'
import { reportEvaluation, reportSaved, reportUpdate } from './report-run.ts'
import type { Run } from './run.ts'
import type { RunFolder } from './run-folder.ts'
import type { Session } from './session.ts'

/**
 * Evaluates the best model, which other commands open, and prints and saves the results. A run that ends here is concluded by
 * `--resume`. Throws `TargetError`.
 */
export async function conclude(run: Run, folder: RunFolder, session: Session): Promise<void> {
  const { source, config, flags, terminal, report, events, prepared, startedAt } = run
  const { records } = session.recorder
  const update = await session.update()
  if (update) reportUpdate(report, update, prepared.optimizer.type)
  const best = await session.useBest()
  const evaluated = await evaluate(prepared)
  const { name: evaluatedName = '', ...figuresOfRows } = evaluated ?? {}
  const evaluation = { epoch: best?.epoch ?? null, ...figuresOfRows }
  if (evaluated) {
    const ofEpoch = best ? `after epoch ${best.epoch}` : 'with the weights that were set at the end of training'
    reportEvaluation(report, evaluatedName, evaluated, best?.epoch === records.length ? undefined : ofEpoch)
    await folder.writeJson('evaluation', evaluation)
    const { role, samples, figures, confusion = null, targets } = evaluated
    events({ event: 'evaluation', epoch: evaluation.epoch, role, samples, ...figures, confusion, targets })
  }
  await folder.markConcluded()
  const path = shownPath(folder.path, terminal.cwd)
  reportSaved(report, path)
  reportNext(report, { command: terminal.command, config, run: path, source, records, cwd: terminal.cwd })
  const milliseconds = Math.round(performance.now() - startedAt)
  events({ event: 'end', run: folder.path, epochs: records.length, milliseconds })
  if (flags.json) {
    writeJson(terminal.out, {
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
    })
  }
  requireAccuracy(flags.minAccuracy, accuracyOf(evaluated, (best ?? records.at(-1))?.logs ?? {}))
}
