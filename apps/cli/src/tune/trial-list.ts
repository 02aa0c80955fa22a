import { ConfigError } from '@gradus/core'
import { type Job, runTrial } from './run-trial.ts'
import { describeTrial } from './trial-text.ts'
import { writeTuneState } from './tune-folder.ts'
import type { Trial, TuneState } from './tune-state.ts'

interface TrialListOptions {
  /** The folder of the search. */
  readonly folder: string
  /** The number of processes that train at a time. */
  readonly workers: number
  readonly env: Readonly<Record<string, string | undefined>>
  readonly log: (text: string) => void
}

/** The number of trials that may fail before one succeeds. */
const maxFailures = 3

/** The trials of a search, which are saved whenever one of them ends. */
export class TrialList {
  private readonly trials: Map<number, Trial>
  /** Writes of `tune.json`, one after the other. */
  private writes: Promise<void> = Promise.resolve()

  constructor(
    private readonly state: TuneState,
    private readonly options: TrialListOptions,
  ) {
    // those that failed are tried again
    this.trials = new Map(state.trials.filter((trial) => trial.state !== 'failed').map((trial) => [trial.id, trial]))
  }

  get count(): number {
    return this.trials.size
  }

  get inOrder(): Trial[] {
    return [...this.trials.values()].sort((a, b) => a.id - b.id)
  }

  /** Resolves when all trials that have ended are saved. */
  get saved(): Promise<void> {
    return this.writes
  }

  /** Trains jobs, at most `workers` at a time. After an error no further one begins, and those that run are awaited. */
  async train(jobs: readonly Job[], signal: AbortSignal): Promise<Trial[]> {
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
    await Promise.all(Array.from({ length: Math.min(this.options.workers, jobs.length) }, worker))
    if (failure) throw failure.error
    return results
  }

  private async one(job: Job, signal: AbortSignal): Promise<Trial> {
    const known = this.trials.get(job.id)
    if (known && (known.target === job.epochs || known.state !== 'trained')) return known
    const { config, settings } = this.state
    const { folder, env, log } = this.options
    const trial = await runTrial(job, { folder, config, settings, env, signal, notify: log })
    // a rung that was passed before the search was continued
    if (known && (known.target ?? 0) > (trial.target ?? 0)) return trial
    this.trials.set(trial.id, trial)
    this.writes = this.writes.then(() => writeTuneState(folder, { ...this.state, trials: this.inOrder }))
    await this.writes
    log(`${describeTrial(trial, settings.metric)}\n`)
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
}
