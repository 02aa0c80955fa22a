import { relative, resolve } from 'node:path'
import { ConfigError, type Logs } from '@gradus/core'
import { decodeModel } from 'gradus'
import { type ConfigFlags, type Resolved, relativeTo, resolveConfig } from '../config/resolve-config.ts'
import { Interrupted, TargetError } from '../exit-codes.ts'
import { canRewrite, Report, type Terminal } from '../terminal.ts'
import { describeEnvironment } from './environment.ts'
import { evaluate } from './evaluation.ts'
import { Interrupt } from './interrupt.ts'
import { type Prepared, prepare } from './prepare.ts'
import { reportBegin, reportEvaluation, reportNext, reportSaved, reportUpdate } from './report-run.ts'
import { epochEvent, RunFolder } from './run-folder.ts'
import { Session } from './session.ts'

/** How `gradus train` was called. */
export interface TrainFlags extends ConfigFlags {
  readonly out?: string
  readonly minAccuracy?: number
  readonly json?: boolean
  readonly jsonl?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
  readonly progress?: boolean
}

/** Trains by a config and leaves a run folder. Throws an error that `exitCodeOf` knows. */
export async function train(file: string | undefined, flags: TrainFlags, terminal: Terminal): Promise<void> {
  const startedAt = performance.now()
  const { source, config, run } = await resolveConfig(file, flags, terminal)
  requireMetric(config, flags.minAccuracy)
  const previous = await run?.latest()
  if (previous && previous.state.records.length >= config.fit.epochs) {
    throw new ConfigError(
      `The run ${flags.resume} has ${previous.state.records.length} of ${config.fit.epochs} epochs. Give more to go on: --epochs ${previous.state.records.length * 2}.`,
    )
  }
  const output = flags.json || flags.jsonl ? terminal.err : terminal.out
  const report = new Report(flags.quiet ? undefined : output, terminal.env)
  const events = (event: Record<string, unknown>) => {
    if (flags.jsonl) terminal.out.write(`${JSON.stringify(event)}\n`)
  }
  const prepared = await prepare(config, report.write)
  if (previous) await restore(prepared, previous)

  let folder = run
  const begin = async () => {
    folder ??= await RunFolder.create(resolveOut(flags, terminal), config.name)
    await describeRun(folder, config, prepared)
    reportBegin(report, {
      config,
      prepared,
      resumed: previous?.state.records.length ?? 0,
      verbose: flags.verbose === true,
    })
    events({
      version: 1,
      event: 'start',
      run: folder.path,
      name: config.name,
      backend: prepared.backend.name,
      seed: config.seed,
      samples: prepared.train.count,
    })
  }
  const opened = () => folder!
  const session = new Session(config, prepared, previous?.state, {
    begin,
    folder: opened,
    write: report.write,
    events,
    level: verbosity(config, flags, output, terminal),
  })
  const interrupt = new Interrupt((text) => terminal.err.write(text))
  try {
    await session.fit(interrupt.signal)
  } catch (error) {
    if (!(error instanceof Interrupted) || !folder) throw error
    await session.recorder.save(false)
    throw new Interrupted(
      `Stopped after ${session.recorder.records.length} of ${config.fit.epochs} epochs. ${resumeHint(folder, terminal)}`,
    )
  } finally {
    interrupt.dispose()
  }
  await session.finish()

  const update = await session.update()
  if (update) reportUpdate(report, update, prepared.optimizer.type)
  const evaluation = await evaluate(config, prepared)
  if (evaluation) {
    reportEvaluation(report, evaluation, config)
    await opened().writeJson('evaluation.json', evaluation)
    events({
      version: 1,
      event: 'evaluation',
      samples: evaluation.samples,
      ...evaluation.figures,
      confusion: evaluation.confusion ?? null,
    })
  }
  const path = relative(terminal.cwd, opened().path) || '.'
  reportSaved(report, path)
  reportNext(report, { command: terminal.command, config, run: path, source })
  const { records } = session.recorder
  const milliseconds = Math.round(performance.now() - startedAt)
  events({ version: 1, event: 'end', run: opened().path, epochs: records.length, milliseconds })
  if (flags.json) {
    const document = {
      version: 1,
      run: opened().path,
      name: config.name,
      backend: prepared.backend.name,
      seed: config.seed,
      samples: prepared.train.count,
      parameters: prepared.model.countParams(),
      epochs: records.map(epochEvent).map(({ version: _version, event: _event, ...figures }) => figures),
      evaluation: evaluation ?? null,
      update: update ?? null,
      milliseconds,
    }
    terminal.out.write(`${JSON.stringify(document, null, 2)}\n`)
  }
  requireAccuracy(flags.minAccuracy, evaluation?.figures ?? records.at(-1)?.logs ?? {})
}

async function restore({ model }: Prepared, { model: bytes }: { readonly model: Uint8Array }): Promise<void> {
  await model.loadWeights(bytes)
  await model.restoreTraining(decodeModel(bytes))
}

async function describeRun(folder: RunFolder, config: Resolved, { backend, model }: Prepared): Promise<void> {
  await folder.writeJson('config.json', relativeTo(folder.path, { ...config, backend: backend.name }))
  await folder.writeJson('env.json', {
    ...(await describeEnvironment(folder.path)),
    backend: backend.name,
    seed: config.seed,
  })
  await folder.writeText('summary.txt', `${model.summary().trimEnd()}\n`)
}

function resolveOut({ out }: TrainFlags, { cwd, env }: Terminal): string {
  return resolve(cwd, out ?? env.GRADUS_OUT ?? 'runs')
}

/** A bar needs a terminal that lines can be rewritten on. */
function verbosity(
  { fit }: Resolved,
  { verbose, progress }: TrainFlags,
  output: Terminal['out'],
  { env }: Terminal,
): 0 | 1 | 2 {
  const level = verbose && fit.verbose === 2 ? 1 : fit.verbose
  return level === 1 && (progress === false || !canRewrite(output, env)) ? 2 : level
}

function resumeHint(folder: RunFolder, { command, cwd }: Terminal): string {
  return `The run is in ${relative(cwd, folder.path)}; go on with: ${command} train --resume ${relative(cwd, folder.path)}`
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
