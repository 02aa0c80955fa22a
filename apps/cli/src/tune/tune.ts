import { join } from 'node:path'
import { ConfigError } from '@gradus/core'
import type { ConfigFlags } from '../config/config-flags.ts'
import { resolveGiven } from '../config/resolve-config.ts'
import { Interrupted } from '../exit-codes.ts'
import { runsFolder } from '../flags.ts'
import { loadPlugins } from '../plugins/load-plugins.ts'
import { absolutePlugin } from '../plugins/plugin-path.ts'
import type { Terminal } from '../terminal.ts'
import { writeJson } from '../text/json.ts'
import { shownPath } from '../text/shown-path.ts'
import { Interrupt } from '../train/interrupt.ts'
import { RunLock } from '../train/run-lock.ts'
import { readTrainingSource } from '../train/training-source.ts'
import { requireBest, writeBestConfig } from './best-config.ts'
import { bestFirst, search, trialsOf } from './search.ts'
import { requireFitting, settingsOf, type TuneFlags } from './settings.ts'
import { TrialList } from './trial-list.ts'
import { trialTable } from './trial-text.ts'
import { createTuneFolder, readTuneState, writeTuneState } from './tune-folder.ts'
import type { TuneState } from './tune-state.ts'

/** All flags of `gradus tune`. */
export interface AllFlags extends Omit<ConfigFlags, 'seed'>, TuneFlags {
  readonly resume?: string
  readonly out?: string
  readonly workers: number
  readonly json?: boolean
}

/** Searches for good values of a config, or goes on with a search. Throws the errors that `exitCodeOf` lists. */
export async function tune(file: string | undefined, flags: AllFlags, terminal: Terminal): Promise<void> {
  const { folder, state } =
    flags.resume === undefined ? await begin(file, flags, terminal) : await open(flags.resume, file, terminal)
  const lock = await RunLock.acquire(folder)
  try {
    await searchIn(folder, state, flags, terminal)
  } finally {
    lock.release()
  }
}

async function begin(file: string | undefined, flags: AllFlags, terminal: Terminal) {
  const { cwd } = terminal
  const source = await readTrainingSource(file, flags as ConfigFlags, { cwd })
  if (!source) throw new ConfigError('tune needs a config: gradus tune CONFIG, or gradus tune --resume FOLDER.')
  // the flag --seed is that of the search
  const { seed: _, ...changes } = flags
  const { given, plugins: options } = await resolveGiven(source, changes, terminal)
  const plugins = await loadPlugins(given.plugins, options)
  const settings = settingsOf(given, flags)
  const { tune: __, ...plain } = given
  const config = JSON.parse(JSON.stringify(plain)) as Record<string, unknown>
  requireFitting(config, settings)
  const folder = await createTuneFolder(runsFolder(flags, terminal), given.name)
  const names = await plugins.namesFor(folder)
  if (names) config.plugins = names.map((name) => absolutePlugin(name, folder))
  const state: TuneState = { version: 1, config, settings, trials: [] }
  await writeTuneState(folder, state)
  return { folder, state }
}

async function open(shown: string, file: string | undefined, { cwd }: Terminal) {
  if (file === undefined) return readTuneState(shown, cwd)
  throw new ConfigError('--resume goes on with the config of the search; leave out the config.')
}

/** Trains the trials that are left, and concludes the search. */
async function searchIn(folder: string, state: TuneState, flags: AllFlags, terminal: Terminal): Promise<void> {
  const { settings } = state
  const log = (text: string) => (flags.json ? terminal.err : terminal.out).write(text)
  const shown = shownPath(folder, terminal.cwd)
  const count = trialsOf(settings).length
  const trials = new TrialList(state, { folder, workers: flags.workers, env: terminal.env, log })
  log(
    `${count} trials by ${settings.method}, ${settings.metric} (${settings.mode}), seed ${settings.seed}, in ${shown}\n`,
  )
  const interrupt = new Interrupt((text) => terminal.err.write(text), terminal.failed)
  try {
    await search(settings, (jobs) => trials.train(jobs, interrupt.signal))
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error
    throw new Interrupted(
      `Stopped after ${trials.count} of ${count} trials. Continue with: ${terminal.command} tune --resume ${shown}`,
      error.signal,
    )
  } finally {
    interrupt.dispose()
    await trials.saved
  }
  const ranked = bestFirst(trials.inOrder, settings.mode)
  const best = requireBest(ranked, settings, shown)
  const file = await writeBestConfig(folder, state, best)
  if (flags.json) {
    const { score, id, run, values } = best
    writeJson(terminal.out, {
      folder,
      ...settings,
      best: { id, values, score, run: run && join(folder, run), config: file },
      trials: ranked,
    })
    return
  }
  const path = shownPath(file, terminal.cwd)
  log(`\n${trialTable(ranked, settings.metric)}\nThe best config is ${path}. Train with it:\n`)
  log(`  ${terminal.command} train ${path}\n`)
}
