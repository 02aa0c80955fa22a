import { relative } from 'node:path'
import { type Resolved, relativeTo } from '../config/resolve-config.ts'
import { exitCodeOf, exitCodes, Interrupted, WriteError } from '../exit-codes.ts'
import { canRewrite } from '../terminal.ts'
import { createCallbacks } from './callback-files.ts'
import { describeEnvironment } from './environment.ts'
import { epochEvent } from './figures.ts'
import { Interrupt } from './interrupt.ts'
import { reportBegin, reportTrained } from './report-run.ts'
import { logOutput, type Run } from './run.ts'
import type { RunFolder } from './run-folder.ts'
import { Session } from './session.ts'

/**
 * Trains the model. A signal, or an output that cannot be written, saves the run and stops it. A folder that was
 * created for the run (`isNew`) is deleted where training cannot begin.
 */
export async function fitRun(run: Run, folder: RunFolder, isNew: boolean): Promise<Session> {
  let begun = false
  const { report, prepared, terminal, lastEpoch } = run
  const interrupt = new Interrupt((text) => terminal.err.write(text), terminal.failed)
  const session = await newSession(run, folder, isNew, interrupt.signal, () => {
    begun = true
  })
  const trained = session.recorder.records.length
  const startedAt = performance.now()
  try {
    await session.fit(lastEpoch)
  } catch (error) {
    if (!begun && isNew) await folder.remove()
    else if (exitCodeOf(error) === exitCodes.write) await folder.requirePresent()
    throw error === session.recorder.signal.reason ? stoppedBy(error, run, folder, session) : error
  } finally {
    interrupt.dispose()
  }
  await session.finish()
  const { records } = session.recorder
  const milliseconds = performance.now() - startedAt
  if (lastEpoch > trained) reportTrained(report, prepared.backend, milliseconds, { epochs: lastEpoch, records })
  return session
}

async function newSession(
  run: Run,
  folder: RunFolder,
  isNew: boolean,
  signal: AbortSignal,
  onBegin: () => void,
): Promise<Session> {
  const { config, flags, prepared, previous, report, events } = run
  const { callbacks, files } = createCallbacks(config, prepared.plugins.registry, {
    ...run.callbackOptions,
    folder: folder.path,
  })
  folder.callbackFiles = files
  // nothing is saved, so these have rows of epochs that will be trained again
  if (!isNew && !previous) await folder.removeCallbackFiles()
  return new Session(config, prepared, previous, {
    folder,
    callbacks,
    signal,
    begin: async () => {
      onBegin()
      if (!isNew) {
        await describeRun(run, folder)
        if (previous) await folder.writeFigures(previous.state.records)
      }
      const { backend, train } = prepared
      reportBegin(report, { config, prepared, previous, verbose: flags.verbose === true })
      const { name, seed } = config
      events({ event: 'start', run: folder.path, name, backend: backend.name, seed, samples: train.count })
    },
    write: report.write,
    onEpoch: (record) => events(epochEvent(record)),
    dataChanged: run.dataChanged,
    level: verbosity(run),
  })
}

/** The config with the backend that was chosen, at its place. */
function withBackend({ name, seed, backend: _, ...config }: Resolved, backend: string): Resolved {
  return { name, seed, backend, ...config }
}

/** Writes the files that say what is trained, and where. */
export async function describeRun({ config, prepared, data }: Run, folder: RunFolder): Promise<void> {
  const backend = prepared.backend.name
  const environment = await describeEnvironment(folder.path)
  const { loaded, files, namesFor } = prepared.plugins
  const names = await namesFor(folder.path)
  const plugins = names && {
    plugins: loaded.map(({ path }, index) => ({ plugin: names[index]!, path })),
    pluginFiles: files,
  }
  await folder.writeJson('environment', { ...environment, backend, seed: config.seed, data, ...plugins })
  await folder.writeJson('config', relativeTo(folder.path, withBackend(config, backend), names))
}

/** Returns the error that stopped a run, with the command that continues the run. */
function stoppedBy(
  error: unknown,
  { config, terminal, flags }: Run,
  folder: RunFolder,
  { recorder }: Session,
): unknown {
  const path = relative(terminal.cwd, folder.path)
  const advice =
    `Stopped after ${recorder.records.length} of ${config.fit.epochs} epochs. The run is in ${path}; ` +
    `continue it with: ${terminal.command} train --resume ${path}${flags.allowOutside ? ' --allow-outside' : ''}`
  if (error instanceof Interrupted) return new Interrupted(advice, error.signal)
  return error instanceof WriteError ? new WriteError(`${error.message} ${advice}`, { cause: error }) : error
}

/** The level of the log. A progress bar needs a terminal on which lines can be rewritten. */
function verbosity({ config, flags, terminal }: Run): 0 | 1 | 2 {
  const { verbose } = config.fit
  const configured = verbose === 'auto' ? 1 : verbose
  const level = flags.verbose && configured === 2 ? 1 : configured
  const bar = flags.progress !== false && canRewrite(logOutput(flags, terminal), terminal.env)
  return level === 1 && !bar ? 2 : level
}
