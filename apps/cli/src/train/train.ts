import { relative, resolve } from 'node:path'
import { ConfigError, DataError } from '@gradus/core'
import type { ModelFile } from 'gradus/io'
import { checkTableSpec, type TableSpec } from 'gradus/tables'
import { shellWord } from '../completion/shell-text.ts'
import { completeFit, type Resolved, requireSameRun, resolveGiven } from '../config/resolve-config.ts'
import { runsFolder } from '../flags.ts'
import { loadPlugins } from '../plugins/load-plugins.ts'
import { requireSamePlugins } from '../plugins/plugin-files.ts'
import { Report, type Terminal } from '../terminal.ts'
import { writeJsonLine } from '../text/json.ts'
import { shownPath } from '../text/shown-path.ts'
import { createCallbacks } from './callback-files.ts'
import { conclude } from './conclude.ts'
import { createRunFolder } from './create-run-folder.ts'
import { describeDataFiles, isChanged, requireSameData } from './data-files.ts'
import { lastEpochOf } from './epochs-left.ts'
import { describeRun, fitRun } from './fit-run.ts'
import { type Prepared, prepare } from './prepare.ts'
import { logOutput, type Run, type TrainFlags } from './run.ts'
import { RunFolder } from './run-folder.ts'
import type { SavedRun } from './run-state.ts'
import { readTrainingSource, sourceWithFlags } from './training-source.ts'

/** Trains a model by a config and saves the run in a folder. Throws the errors that `exitCodeOf` lists. */
export async function train(file: string | undefined, flags: TrainFlags, terminal: Terminal): Promise<void> {
  const { resume, allowOutside } = flags
  const existing = resume === undefined ? undefined : await RunFolder.open(resume, terminal.cwd, allowOutside)
  let folder = existing
  try {
    const parent = runsFolder(flags, terminal)
    const run = await begin(file, flags, terminal, existing, parent)
    folder ??= await createRunFolder(parent, run.config.name, async (created) => {
      await describeRun(run, created)
      await created.write('summary', `${run.prepared.model.summary({ print: false }).trimEnd()}\n`)
    })
    const session = await fitRun(run, folder, existing === undefined)
    await conclude(run, folder, session)
  } finally {
    await folder?.close()
  }
}

/** Checks and reads everything that a run needs. Nothing is written, so that a run that cannot start leaves no folder. */
async function begin(
  file: string | undefined,
  flags: TrainFlags,
  terminal: Terminal,
  existing: RunFolder | undefined,
  parent: string,
): Promise<Run> {
  const startedAt = performance.now()
  const raw = await readTrainingSource(file, flags, terminal)
  const { source, given, plugins: pluginOptions, saved, isSaved } = await resolveGiven(raw, flags, terminal, existing)
  const shown = existing ? relative(terminal.cwd, existing.path) : ''
  if (saved && isSaved) requireSameRun(saved, { ...(given as Resolved), fit: completeFit(given.fit ?? {}) }, shown)
  if (given.metrics) requireMetric(given.metrics, given.data.task, flags.minAccuracy)
  const previous = await existing?.latest()
  const environment = (await existing?.readEnvironment()) ?? {}
  const plugins = await loadPlugins(given.plugins, pluginOptions)
  if (existing && !flags.pluginsChanged) requireSamePlugins(environment.pluginFiles, plugins.files, flags.resume!)
  // a place within an epoch depends on where the rows are
  const stream = given.data.stream ?? saved?.data.stream
  const located = stream === undefined ? given : { ...given, data: { ...given.data, stream } }
  const prepared = await prepare(located, plugins, previous && tableOf(previous, shown))
  const config = saved && isSaved ? { ...prepared.config, data: given.data } : prepared.config
  if (saved && !isSaved) requireSameRun(saved, config, shown)
  requireMetric(config.metrics, config.data.task, flags.minAccuracy)
  const concluded = environment.finishedAt !== undefined
  const progress = { previous, concluded, run: flags.resume, savedEpochs: saved?.fit.epochs ?? 0 }
  const lastEpoch = lastEpochOf(config, progress)

  const report = new Report(flags.quiet ? undefined : logOutput(flags, terminal), terminal.env)
  const events = (event: Record<string, unknown>) => {
    if (flags.jsonl) writeJsonLine(terminal.out, event)
  }
  const callbackOptions = { allowOutside: flags.allowOutside === true, write: report.write }
  // a new run has no folder yet; any folder there will do for the check
  createCallbacks(config, plugins.registry, {
    ...callbackOptions,
    folder: existing?.path ?? resolve(parent, config.name),
  })
  const data = await describeDataFiles(config.data)
  const before = environment.data ?? {}
  if (existing && !flags.dataChanged) requireSameData(before, data, flags.resume!)
  const dataChanged = isChanged({ train: before.train }, data)
  if (previous) await restore(prepared, previous.file)
  const again =
    existing && isSaved ? shellWord(shownPath(source, terminal.cwd)) : sourceWithFlags(file ?? source, flags)
  const parts = { source: again, config, flags, terminal, report, events, callbackOptions }
  return { ...parts, prepared, data, dataChanged, previous, lastEpoch, startedAt }
}

/** What the run has learned from the columns. Throws `DataError` for a run of a version that did not save it. */
function tableOf({ file }: SavedRun, run: string): TableSpec {
  const { table } = file.header
  if (table) return checkTableSpec(table)
  throw new DataError(
    `The run ${run} was begun by a version of gradus that did not save the columns with the model, so it cannot be continued. Start a new run.`,
  )
}

async function restore({ model }: Prepared, file: ModelFile): Promise<void> {
  await model.setWeights(file.weights)
  await model.restoreTraining(file)
}

function requireMetric(
  metrics: Resolved['metrics'],
  task: Resolved['data']['task'],
  minAccuracy: number | undefined,
): void {
  if (minAccuracy === undefined || /acc/i.test(JSON.stringify(metrics))) return
  const remedy = Object.values(typeof task === 'object' ? task : { task }).includes('regression')
    ? 'It predicts a number; evaluate the mean absolute error instead.'
    : "Add 'accuracy' to metrics."
  throw new ConfigError(`--min-accuracy needs an accuracy among the metrics, and the config has none. ${remedy}`)
}
