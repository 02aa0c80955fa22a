import { relative } from 'node:path'
import { relativeTo } from '../config/resolve-config.ts'
import { Interrupted, WriteError } from '../exit-codes.ts'
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
 * Trains the model. Saves the current weights where a signal, or an output that cannot be written, stops it. A folder that was
 * created for the run (`isNew`) is deleted where training cannot begin.
 */
export async function fitRun(run: Run, folder: RunFolder, isNew: boolean): Promise<Session> {
  let begun = false
  const session = await newSession(run, folder, isNew, () => {
    begun = true
  })
  const { report, prepared, terminal, lastEpoch } = run
  const trained = session.recorder.records.length
  const interrupt = new Interrupt((text) => terminal.err.write(text), terminal.failed)
  const startedAt = performance.now()
  try {
    await session.fit(lastEpoch, interrupt.signal)
  } catch (error) {
    if (!begun && isNew) await folder.remove()
    if (begun && error === interrupt.signal.reason) await saveStopped(run, folder, session, error)
    throw error
  } finally {
    interrupt.dispose()
  }
  await session.finish()
  if (lastEpoch > trained) reportTrained(report, prepared.backend, performance.now() - startedAt)
  return session
}

async function newSession(run: Run, folder: RunFolder, isNew: boolean, onBegin: () => void): Promise<Session> {
  const { config, flags, prepared, previous, report, events } = run
  const { callbacks, files } = createCallbacks(config, { ...run.callbackOptions, folder: folder.path })
  // no epoch is complete, so these have rows of incomplete ones
  if (!isNew && !previous) await folder.removeFiles(files)
  const resumed = previous?.state.records.length ?? 0
  return new Session(config, prepared, previous?.state, {
    folder,
    callbacks,
    begin: async () => {
      onBegin()
      if (!isNew) {
        await describeRun(run, folder)
        if (previous) await folder.writeFigures(previous.state.records)
      }
      const { backend, train } = prepared
      reportBegin(report, { config, prepared, resumed, verbose: flags.verbose === true })
      const { name, seed } = config
      events({ event: 'start', run: folder.path, name, backend: backend.name, seed, samples: train.count })
    },
    write: report.write,
    onEpoch: (record) => events(epochEvent(record)),
    level: verbosity(run),
  })
}

/** Writes the files that say what is trained, and where. */
export async function describeRun({ config, prepared, data }: Run, folder: RunFolder): Promise<void> {
  const backend = prepared.backend.name
  const environment = await describeEnvironment(folder.path)
  await folder.writeJson('environment', { ...environment, backend, seed: config.seed, data })
  await folder.writeJson('config', relativeTo(folder.path, { ...config, backend }))
}

/** Saves a run that was stopped. Throws the error that stopped it, with the command that continues the run. */
async function saveStopped({ config, terminal, flags }: Run, folder: RunFolder, session: Session, error: unknown) {
  await session.recorder.save(false)
  const path = relative(terminal.cwd, folder.path)
  const advice =
    `Stopped after ${session.recorder.records.length} of ${config.fit.epochs} epochs. The run is in ${path}; ` +
    `continue it with: ${terminal.command} train --resume ${path}${flags.allowOutside ? ' --allow-outside' : ''}`
  if (error instanceof Interrupted) throw new Interrupted(advice, error.signal)
  if (error instanceof WriteError) throw new WriteError(`${error.message} ${advice}`, { cause: error })
}

/** The level of the log. A progress bar needs a terminal on which lines can be rewritten. */
function verbosity({ config, flags, terminal }: Run): 0 | 1 | 2 {
  const { verbose } = config.fit
  const configured = verbose === 'auto' ? 1 : verbose
  const level = flags.verbose && configured === 2 ? 1 : configured
  const bar = flags.progress !== false && canRewrite(logOutput(flags, terminal), terminal.env)
  return level === 1 && !bar ? 2 : level
}
