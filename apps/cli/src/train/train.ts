import { resolve } from 'node:path'
import { ConfigError } from '@gradus/core'
import type { ModelFile } from 'gradus/io'
import { type Resolved, resolveConfig } from '../config/resolve-config.ts'
import { Report, type Terminal } from '../terminal.ts'
import { createCallbacks } from './callback-files.ts'
import { conclude } from './conclude.ts'
import { createRunFolder } from './create-run-folder.ts'
import { describeDataFiles, isChanged, requireSameData } from './data-files.ts'
import { lastEpochOf } from './epochs-left.ts'
import { describeRun, fitRun } from './fit-run.ts'
import { type Prepared, prepare } from './prepare.ts'
import { logOutput, type Run, type TrainFlags } from './run.ts'
import { RunFolder } from './run-folder.ts'

/** Trains a model by a config and saves the run in a folder. Throws the errors that `exitCodeOf` lists. */
export async function train(file: string | undefined, flags: TrainFlags, terminal: Terminal): Promise<void> {
  const { resume, allowOutside } = flags
  const existing = resume === undefined ? undefined : await RunFolder.open(resume, terminal.cwd, allowOutside)
  let folder = existing
  try {
    const parent = resolve(terminal.cwd, flags.out ?? terminal.env.GRADUS_OUT ?? 'runs')
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
  const resolved = await resolveConfig(file, flags, terminal, existing)
  const { source, config } = resolved
  requireMetric(config, flags.minAccuracy)
  const previous = await existing?.latest()
  const environment = (await existing?.readEnvironment()) ?? {}
  const concluded = environment.finishedAt !== undefined
  const lastEpoch = lastEpochOf(resolved, { previous, concluded, run: flags.resume })

  const report = new Report(flags.quiet ? undefined : logOutput(flags, terminal), terminal.env)
  const events = (event: Record<string, unknown>) => {
    if (flags.jsonl) terminal.out.write(`${JSON.stringify({ version: 1, ...event })}\n`)
  }
  const callbackOptions = { allowOutside: flags.allowOutside === true, write: report.write }
  // a new run has no folder yet; any folder there will do for the check
  createCallbacks(config, { ...callbackOptions, folder: existing?.path ?? resolve(parent, config.name) })
  const prepared = await prepare(config)
  const data = await describeDataFiles(config.data)
  const saved = environment.data ?? {}
  if (existing && !flags.dataChanged) requireSameData(saved, data, flags.resume!)
  const dataChanged = isChanged({ train: saved.train }, data)
  if (previous) await restore(prepared, previous.file)
  const parts = { source, config, flags, terminal, report, events, callbackOptions }
  return { ...parts, prepared, data, dataChanged, previous, lastEpoch, startedAt }
}

async function restore({ model }: Prepared, file: ModelFile): Promise<void> {
  await model.setWeights(file.weights)
  await model.restoreTraining(file)
}

function requireMetric({ metrics }: Resolved, minAccuracy: number | undefined): void {
  if (minAccuracy === undefined || metrics.some((metric) => /acc/i.test(JSON.stringify(metric)))) return
  throw new ConfigError(
    "--min-accuracy needs an accuracy among the metrics, and the config has none. Add 'accuracy' to metrics.",
  )
}
