import { relative, resolve } from 'node:path'
import { ConfigError, type Logs } from '@gradus/core'
import type { ModelFile } from 'gradus/io'
import type { ConfigFlags } from '../config/config-flags.ts'
import { type Resolved, relativeTo, resolveConfig } from '../config/resolve-config.ts'
import { Interrupted, TargetError } from '../exit-codes.ts'
import { canRewrite, type Output, Report, type Terminal } from '../terminal.ts'
import { describeEnvironment } from './environment.ts'
import { evaluate } from './evaluation.ts'
import { Interrupt } from './interrupt.ts'
import { type Prepared, prepare } from './prepare.ts'
import { reportBegin, reportEvaluation, reportNext, reportSaved, reportTrained, reportUpdate } from './report-run.ts'
import { epochEvent, epochFigures, RunFolder } from './run-folder.ts'
import type { RunState } from './run-state.ts'
import { Session } from './session.ts'

/** The flags of `gradus train`. */
export interface TrainFlags extends ConfigFlags {
  readonly out?: string
  readonly minAccuracy?: number
  readonly json?: boolean
  readonly jsonl?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
  readonly progress?: boolean
}

/** The parts of a run. */
interface Run {
  readonly source: string
  readonly config: Resolved
  readonly flags: TrainFlags
  readonly terminal: Terminal
  readonly report: Report
  readonly events: (event: Record<string, unknown>) => void
  readonly prepared: Prepared
  readonly startedAt: number
}

/** Trains a model by a config and saves the run in a folder. Throws the errors that `exitCodeOf` lists. */
export async function train(file: string | undefined, flags: TrainFlags, terminal: Terminal): Promise<void> {
  const startedAt = performance.now()
  const { source, config, run } = await resolveConfig(file, flags, terminal)
  requireMetric(config, flags.minAccuracy)
  const previous = await run?.latest()
  requireEpochs(config, previous?.state, flags)
  const report = new Report(flags.quiet ? undefined : logOutput(flags, terminal), terminal.env)
  const events = (event: Record<string, unknown>) => {
    if (flags.jsonl) terminal.out.write(`${JSON.stringify({ version: 1, ...event })}\n`)
  }
  const prepared = await prepare(config, report.write)
  if (previous) await restore(prepared, previous.file)
  const current: Run = { source, config, flags, terminal, report, events, prepared, startedAt }
  const { folder, session } = await fit(current, run, previous?.state)
  await conclude(current, folder, session)
}

/** Trains the model. Saves the current weights where the user stops it. */
async function fit(
  { config, flags, terminal, report, events, prepared }: Run,
  existing: RunFolder | undefined,
  state: RunState | undefined,
): Promise<{ folder: RunFolder; session: Session }> {
  let folder = existing
  const session = new Session(config, prepared, state, {
    // the folder is created when training begins, after every check, so that a run that cannot start leaves no folder
    begin: async () => {
      folder ??= await RunFolder.create(
        resolve(terminal.cwd, flags.out ?? terminal.env.GRADUS_OUT ?? 'runs'),
        config.name,
      )
      await describeRun(folder, config, prepared)
      const { backend, train } = prepared
      reportBegin(report, { config, prepared, resumed: state?.records.length ?? 0, verbose: flags.verbose === true })
      const { name, seed } = config
      events({ event: 'start', run: folder.path, name, backend: backend.name, seed, samples: train.count })
    },
    folder: () => folder!,
    write: report.write,
    onEpoch: (record) => events(epochEvent(record)),
    level: verbosity(config, flags, terminal),
  })
  const interrupt = new Interrupt((text) => terminal.err.write(text))
  const begun = performance.now()
  try {
    await session.fit(interrupt.signal)
  } catch (error) {
    if (!(error instanceof Interrupted) || !folder) throw error
    await session.recorder.save(false)
    const path = relative(terminal.cwd, folder.path)
    throw new Interrupted(
      `Stopped after ${session.recorder.records.length} of ${config.fit.epochs} epochs. ` +
        `The run is in ${path}; continue it with: ${terminal.command} train --resume ${path}`,
    )
  } finally {
    interrupt.dispose()
  }
  await session.finish()
  reportTrained(report, prepared.backend, performance.now() - begun)
  return { folder: folder!, session }
}

/** Evaluates the trained model, and prints and saves the results. */
async function conclude(run: Run, folder: RunFolder, session: Session): Promise<void> {
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

async function restore({ model }: Prepared, file: ModelFile): Promise<void> {
  await model.setWeights(file.weights)
  await model.restoreTraining(file)
}

async function describeRun(folder: RunFolder, config: Resolved, { backend, model }: Prepared): Promise<void> {
  await folder.writeJson('config', relativeTo(folder.path, { ...config, backend: backend.name }))
  await folder.writeJson('environment', {
    ...(await describeEnvironment(folder.path)),
    backend: backend.name,
    seed: config.seed,
  })
  await folder.writeText('summary', `${model.summary({ print: false }).trimEnd()}\n`)
}

/** The stream of the log: stdout, or stderr where stdout is for programs. */
function logOutput({ json, jsonl }: TrainFlags, { out, err }: Terminal): Output {
  return json || jsonl ? err : out
}

/** The level of the log. A progress bar needs a terminal on which lines can be rewritten. */
function verbosity({ fit }: Resolved, flags: TrainFlags, terminal: Terminal): 0 | 1 | 2 {
  const configured = fit.verbose === 'auto' ? 1 : fit.verbose
  const level = flags.verbose && configured === 2 ? 1 : configured
  const bar = flags.progress !== false && canRewrite(logOutput(flags, terminal), terminal.env)
  return level === 1 && !bar ? 2 : level
}

/** Throws `ConfigError` where no epoch is left to train. */
function requireEpochs({ fit }: Resolved, state: RunState | undefined, { resume }: TrainFlags): void {
  const done = state?.records.length ?? 0
  if (done < fit.epochs) return
  throw new ConfigError(
    resume === undefined
      ? 'fit.epochs is 0, so there is nothing to train. Set it to 1 or more: --epochs 1.'
      : `The run ${resume} has ${done} of ${fit.epochs} epochs. Set a higher number to continue: --epochs ${done * 2 || 1}.`,
  )
}

function requireMetric({ metrics }: Resolved, minAccuracy: number | undefined): void {
  if (minAccuracy === undefined || metrics.some((metric) => /acc/i.test(JSON.stringify(metric)))) return
  throw new ConfigError(
    "--min-accuracy needs an accuracy among the metrics, and the config has none. Add 'accuracy' to metrics.",
  )
}

function requireAccuracy(minimum: number | undefined, figures: Logs): void {
  if (minimum === undefined) return
  const [name, accuracy] = Object.entries(figures).find(([key]) => /acc/i.test(key)) ?? ['accuracy', Number.NaN]
  if (accuracy >= minimum) return
  throw new TargetError(`The ${name} is ${accuracy.toFixed(4)} and was to be at least ${minimum} (--min-accuracy).`)
}
