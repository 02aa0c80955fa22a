import type { LayerTrees, Logs } from '@gradus/core'
import { type Backend, onBackend, tensor } from '@gradus/tensor'
import { type Chunk, disposeTree } from '../input/index.ts'
import type { CompiledSteps, Trainer, TrainState } from '../step/index.ts'
import { ChunkSize } from './chunk-size.ts'
import { explainDivergence } from './divergence.ts'
import type { EpochChunks } from './epoch-chunks.ts'
import { type FitPlace, readFigures, restoreFigures } from './fit-place.ts'
import { warnOfRetraces } from './retraces.ts'
import { readScalars } from './scalars.ts'
import { TimeSlice } from './time-slice.ts'

/** Arguments of `TrainRun`. */
export interface TrainRunOptions {
  readonly trainer: Trainer
  readonly steps: CompiledSteps
  readonly chunks: EpochChunks
  /** The backend of the model and of the chunks, whichever `useBackend` chooses during the run. */
  readonly backend: Backend
  readonly slice?: TimeSlice
  readonly signal?: AbortSignal | undefined
}

/** A chunk that has run. */
interface ChunkRun {
  readonly chunk: Chunk
  /** The number of its first step, as in `state.step`. */
  readonly first: number
  /** The number of its first step within the epoch. */
  readonly step: number
}

/**
 * Runs the steps of epochs and holds their state. While it holds the state, the model may be read and changed only within
 * `withModel`, and after `commit` or `pause`.
 */
export class TrainRun {
  /** The current epoch, from 0. */
  epoch = -1
  /** Steps of the epoch so far. */
  step = 0
  private state: TrainState | undefined
  private frozen: LayerTrees = {}
  private revision = -1
  /** The value of `state.position`. */
  private position = 0
  /** Whether the model has the variables of the state: no steps have run since they were taken or written. */
  private inModel = false
  /** Chunks that have run since the last check for failures. */
  private unchecked: ChunkRun[] = []
  /** The time of the last chunks in milliseconds; undefined if a program was traced. */
  private time: number | undefined
  /** The number of steps in the last chunks. */
  private count = 0
  private readonly chunkSize = new ChunkSize()
  private readonly slice: TimeSlice
  private readonly key

  constructor(private readonly options: TrainRunOptions) {
    this.slice = options.slice ?? new TimeSlice()
    this.key = this.on(() => options.trainer.dropoutKey)
  }

  /** Starts an epoch with new figures. */
  startEpoch(epoch: number): void {
    const { steps, signal } = this.options
    this.epoch = epoch
    this.step = 0
    this.epochEnded = false
    this.takeVariables()
    disposeTree(this.state!.tracker)
    this.state = { ...this.state!, tracker: this.on(() => steps.initTrainTracker()) }
    signal?.throwIfAborted()
  }

  /**
   * Returns the next `count` steps of the epoch. Without a count it returns the steps that the time slice has time for, at most
   * `limit`. The list is empty at the end of the epoch.
   */
  async take(count?: number, limit = Number.POSITIVE_INFINITY): Promise<Chunk[]> {
    const chunks: Chunk[] = []
    let left = Math.min(count ?? this.chunkSize.within(this.slice.left), limit)
    do {
      const chunk = await this.options.chunks.next(this.epoch, left)
      if (!chunk) break
      chunks.push(chunk)
      left -= chunk.steps
    } while (count !== undefined && left > 0)
    return chunks
  }

  /** Runs the steps of chunks. */
  run(chunks: readonly Chunk[]): void {
    const { steps, trainer } = this.options
    const { traces } = steps.train
    const start = performance.now()
    this.takeVariables()
    this.count = 0
    for (const chunk of chunks) {
      const { rows, steps: count } = chunk
      if (rows && rows.start !== this.position) this.moveTo(rows.start)
      this.state = this.on(() => chunk.feed((feed) => steps.train.run(count, this.state!, this.frozen, feed, this.key)))
      this.inModel = false
      if (rows) this.position = rows.end
      this.unchecked.push({ chunk, first: trainer.steps, step: this.step })
      trainer.steps += count
      this.step += count
      this.count += count
    }
    const traced = steps.train.traces !== traces
    if (traced) warnOfRetraces(steps.train)
    this.time = traced ? undefined : performance.now() - start
  }

  /** Returns the place of the run and the sums of its figures. After `epochEnded` it is the beginning of the next epoch. */
  async place(): Promise<FitPlace> {
    const { epoch, step, epochEnded } = this
    const position = this.options.chunks.position(epochEnded)
    if (epochEnded) return { epoch: epoch + 1, step: 0, ...position, figures: [] }
    return { epoch, step, ...position, figures: await readFigures(this.state!.tracker) }
  }

  /** Continues the epoch that has begun at a place in it. */
  resume({ epoch, step, pass, batches, figures }: FitPlace): void {
    this.options.chunks.resume(epoch, step, pass, batches)
    this.step = step
    const { tracker } = this.state!
    this.state = { ...this.state!, tracker: this.on(() => restoreFigures(tracker, figures)) }
  }

  /** Set when the callbacks are told that the epoch has ended. */
  epochEnded = false

  /** Reads the figures of the epoch so far. */
  figures(): Promise<Logs> {
    return readScalars(this.on(() => this.options.steps.results(this.state!.tracker)))
  }

  /**
   * Called after steps: checks for failures if that costs little, and yields to other work if the time slice is over. Throws
   * `DivergenceError`, and the reason of the signal if it is aborted. `oneByOne` tells that a hook follows every batch.
   */
  async afterSteps(oneByOne: boolean): Promise<void> {
    const { over } = this.slice
    const cheap = oneByOne ? this.state!.failedAt.storage.readsAtOnce : this.count > 1
    const start = performance.now()
    if (over || cheap) await this.check()
    // the check waits for steps that the backend runs in the background, so their time is measured
    if (this.time !== undefined) this.chunkSize.measured(this.time + performance.now() - start, this.count)
    if (over) await this.slice.yield()
    if (this.options.trainer.access.requested) await this.withModel(() => {})
    this.options.signal?.throwIfAborted()
  }

  /** Ends the epoch and returns its figures. */
  async endEpoch(): Promise<Logs> {
    await this.check()
    const logs = await this.figures()
    this.commit()
    return logs
  }

  /** Writes the variables into the model, which may be read and changed until the next steps. */
  commit(): void {
    if (!this.inModel) this.options.trainer.commit(this.state!)
    this.inModel = true
  }

  /** Calls a function that may read and change the model: commits before the call and takes the variables again after it. */
  async withModel<T>(call: () => T | Promise<T>): Promise<T> {
    const { access } = this.options.trainer
    this.commit()
    access.open()
    const result = await call()
    await access.close()
    this.takeVariables()
    return result
  }

  /** Writes the variables into the model, also when training ends early. The run can continue. */
  pause(): void {
    const { trainer } = this.options
    if (!this.state) return
    // variables that were set after the last step are newer than the state
    if (this.revision === trainer.revision) this.commit()
    this.revision = -1
  }

  /** Pauses and frees the state. */
  close(): void {
    if (!this.state) return
    this.pause()
    const { tracker, step, failedAt, position } = this.state
    disposeTree([tracker, step, failedAt, position])
    this.state = undefined
  }

  /** Takes the variables of the model, unless the state has them already. A failure that was not reported yet is kept. */
  private takeVariables(): void {
    const { trainer, steps } = this.options
    const old = this.state
    if (old && this.revision === trainer.revision && !this.replaced(old)) return
    const { state, frozen } = this.on(() => trainer.begin(steps, old?.tracker))
    if (old) disposeTree([old.step, state.failedAt, old.position])
    this.state = { ...state, failedAt: old?.failedAt ?? state.failedAt }
    this.frozen = frozen
    this.revision = trainer.revision
    this.position = 0
    this.inModel = true
  }

  private on<T>(body: () => T): T {
    return onBackend(this.options.backend, body)
  }

  /** Whether the model has got other variables, for example through another model with the same layers. */
  private replaced(state: TrainState): boolean {
    return this.inModel && !this.options.trainer.holds(state, this.frozen)
  }

  private moveTo(position: number): void {
    this.state!.position.dispose()
    this.state = { ...this.state!, position: this.on(() => tensor(position, { dtype: 'int32' })) }
  }

  /** Throws `DivergenceError` if a step has failed since the last check. */
  private async check(): Promise<void> {
    const { trainer, steps } = this.options
    const runs = this.unchecked
    if (this.ignoresFailures || runs.length === 0) return
    const [failedAt] = await this.state!.failedAt.data()
    this.unchecked = []
    if (failedAt! < 0) return
    this.commit()
    trainer.steps = failedAt! + 1 // the steps after it changed nothing
    const { chunk, first, step } = runs.reverse().find((run) => run.first <= failedAt!)!
    const batch = await chunk.batch(failedAt! - first)
    throw await explainDivergence(trainer, steps, batch, this.options.backend, {
      epoch: this.epoch,
      step: step + failedAt! - first,
    })
  }

  /** Set when a callback has stopped training: it may have handled the failure. */
  ignoresFailures = false
}
