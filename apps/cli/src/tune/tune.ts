import { join, relative, resolve } from 'node:path'
import { ConfigError } from '@gradus/core'
import { writeFileAtomic } from 'gradus/io'
import { stringify } from 'yaml'
import type { ConfigFlags } from '../config/config-flags.ts'
import { override } from '../config/overrides.ts'
import { resolveGiven } from '../config/resolve-config.ts'
import { Interrupted } from '../exit-codes.ts'
import { loadPlugins } from '../plugins/load-plugins.ts'
import { absolutePlugin, relativePlugin } from '../plugins/plugin-path.ts'
import type { Terminal } from '../terminal.ts'
import { writeJson } from '../text/json.ts'
import { shownPath } from '../text/shown-path.ts'
import { Interrupt } from '../train/interrupt.ts'
import { RunLock } from '../train/run-lock.ts'
import { readTrainingSource } from '../train/training-source.ts'
import { type Job, runTrial } from './run-trial.ts'
import { bestFirst, search, trialsOf } from './search.ts'
import { requireFitting, settingsOf, type TuneFlags } from './settings.ts'
import { describeTrial, trialTable } from './trial-text.ts'
import { createTuneFolder, readTuneState, writeTuneState } from './tune-folder.ts'
import type { Trial, TuneState } from './tune-state.ts'

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
    await new Search(folder, state, flags, terminal).run()
  } finally {
    lock.release()
  }
}

async function begin(file: string | undefined, flags: AllFlags, terminal: Terminal) {
  const { cwd, env } = terminal
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
  const folder = await createTuneFolder(resolve(cwd, flags.out ?? env.GRADUS_OUT ?? 'runs'), given.name)
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

/** The number of trials that may fail before one succeeds. */
const maxFailures = 3

class Search {
  private readonly trials: Map<number, Trial>
  /** Writes of `tune.json`, one after the other. */
  private saved: Promise<void> = Promise.resolve()
  private readonly log: (text: string) => void

  constructor(
    private readonly folder: string,
    private readonly state: TuneState,
    private readonly flags: AllFlags,
    private readonly terminal: Terminal,
  ) {
    // those that failed are tried again
    this.trials = new Map(state.trials.filter((trial) => trial.state !== 'failed').map((trial) => [trial.id, trial]))
    this.log = (text) => (flags.json ? terminal.err : terminal.out).write(text)
  }

  async run(): Promise<void> {
    const { settings } = this.state
    const count = trialsOf(settings).length
    this.log(
      `${count} trials by ${settings.method}, ${settings.metric} (${settings.mode}), seed ${settings.seed}, in ${this.shown}\n`,
    )
    const interrupt = new Interrupt((text) => this.terminal.err.write(text), this.terminal.failed)
    try {
      await search(settings, (jobs) => this.train(jobs, interrupt.signal))
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error
      const { command } = this.terminal
      throw new Interrupted(
        `Stopped after ${this.trials.size} of ${count} trials. Continue with: ${command} tune --resume ${this.shown}`,
        error.signal,
      )
    } finally {
      interrupt.dispose()
      await this.saved
    }
    await this.conclude()
  }

  private get shown(): string {
    return shownPath(this.folder, this.terminal.cwd)
  }

  /** Trains jobs, at most `workers` at a time. After an error no further one begins, and those that run are awaited. */
  private async train(jobs: readonly Job[], signal: AbortSignal): Promise<Trial[]> {
    const results: Trial[] = []
    let next = 0
    let failure: { readonly error: unknown } | undefined
    const worker = async () => {
      while (next < jobs.length && !failure) {
        const index = next++
        try {
          results[index] = await this.one(jobs[index]!, signal)
        } catch (error) {
          failure ??= { error }
        }
      }
    }
    await Promise.all(Array.from({ length: Math.min(this.flags.workers, jobs.length) }, worker))
    if (failure) throw failure.error
    return results
  }

  private async one(job: Job, signal: AbortSignal): Promise<Trial> {
    const known = this.trials.get(job.id)
    if (known && (known.target === job.epochs || known.state !== 'trained')) return known
    const { config, settings } = this.state
    const { env } = this.terminal
    const trial = await runTrial(job, { folder: this.folder, config, settings, env, signal, notify: this.log })
    // a rung that was passed before the search was continued
    if (known && (known.target ?? 0) > (trial.target ?? 0)) return trial
    this.trials.set(trial.id, trial)
    this.saved = this.saved.then(() => writeTuneState(this.folder, { ...this.state, trials: this.inOrder }))
    await this.saved
    this.log(`${describeTrial(trial, settings.metric)}\n`)
    this.requireHope()
    return trial
  }

  /** Throws `ConfigError` where the first trials all failed: the others would, too. */
  private requireHope(): void {
    const all = this.inOrder
    const failed = all.filter(({ state }) => state === 'failed')
    if (failed.length < maxFailures || failed.length < all.length) return
    throw new ConfigError(
      `The first ${failed.length} trials failed. Trial ${failed[0]!.id} says: ${failed[0]!.message}`,
    )
  }

  private get inOrder(): Trial[] {
    return [...this.trials.values()].sort((a, b) => a.id - b.id)
  }

  /** Writes the best config, and prints the trials. */
  private async conclude(): Promise<void> {
    const { settings, config } = this.state
    const ranked = bestFirst(this.inOrder, settings.mode)
    const [best] = ranked
    if (!best || best.score === null) {
      const reason = ranked.find(({ message }) => message)?.message
      throw new ConfigError(
        reason
          ? `No trial has a ${settings.metric}. The first one that failed says: ${reason}`
          : `No trial has a finite ${settings.metric}. The figures are in ${this.shown}/runs; choose one with --metric.`,
      )
    }
    const epochs = settings.maxEpochs === null ? [] : [['fit.epochs', settings.maxEpochs] as const]
    const values = override(config, [...epochs, ...Object.entries(best.values)])
    const file = join(this.folder, 'best.yaml')
    await writeFileAtomic(file, stringify(this.withRelativePaths(values)))
    if (this.flags.json) {
      const { score, id, run } = best
      writeJson(this.terminal.out, {
        folder: this.folder,
        ...settings,
        best: { id, values: best.values, score, run: run && join(this.folder, run), config: file },
        trials: ranked,
      })
      return
    }
    this.log(`\n${trialTable(ranked, settings.metric)}\nThe best config is ${this.shown}/best.yaml. Train with it:\n`)
    this.log(`  ${this.terminal.command} train ${this.shown}/best.yaml\n`)
  }

  private withRelativePaths(config: Record<string, unknown>): object {
    const data = { ...(config.data as Record<string, unknown>) }
    for (const role of ['train', 'test', 'validation']) {
      const path = data[role]
      if (typeof path === 'string') data[role] = relative(this.folder, path)
    }
    const plugins = (config.plugins as string[] | undefined)?.map((plugin) => relativePlugin(plugin, this.folder))
    return { ...config, ...(plugins && { plugins }), data }
  }
}
