import type { LayerTrees, Logs } from '@gradus/core'
import { tensor } from '@gradus/tensor'
import { type Chunk, disposeTree, type HostBatch } from '../input/index.ts'
import type { CompiledSteps, Trainer, TrainState } from '../step/index.ts'
import { ChunkSize } from './chunk-size.ts'
import { explainDivergence } from './divergence.ts'
import type { EpochChunks } from './epoch-chunks.ts'
import { warnOfRetraces } from './retraces.ts'
import { readScalars } from './scalars.ts'
import { TimeSlice } from './time-slice.ts'

export interface TrainRunOptions {
  readonly trainer: Trainer
  readonly steps: CompiledSteps
  readonly chunks: EpochChunks
  readonly slice?: TimeSlice
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs the steps of epochs and holds what they change while it belongs to them. Between two calls of its methods the model may
 * be read and changed only within `outside`.
 */
export class TrainRun {
  /** The epoch that runs, from 0. */
  epoch = -1
  /** Steps of the epoch so far. */
  step = 0
  private state: TrainState | undefined
  private frozen: LayerTrees = {}
  private revision = -1
  /** The value of `state.position`. */
  private position = 0
  /** Chunks that ran since the last check for a failure. */
  private unchecked: Chunk[] = []
  /** The time that the last chunks took, in milliseconds; undefined where a program was traced meanwhile. */
  private time: number | undefined
  private count = 0
  private readonly chunkSize = new ChunkSize()
  private readonly slice: TimeSlice
  private readonly key

  constructor(private readonly options: TrainRunOptions) {
    this.slice = options.slice ?? new TimeSlice()
    this.key = options.trainer.dropoutKey
  }

  startEpoch(epoch: number): void {
    const { steps, signal } = this.options
    this.epoch = epoch
    this.step = 0
    this.open()
    disposeTree(this.state!.tracker)
    this.state = { ...this.state!, tracker: steps.noTraining() }
    this.unchecked = []
    signal?.throwIfAborted()
  }

  /** The next steps of the epoch: as many as fit the time slice, or `exactly` as many. Empty at its end. */
  async take(exactly?: number): Promise<Chunk[]> {
    const chunks: Chunk[] = []
    let left = exactly ?? this.chunkSize.within(this.slice.left)
    do {
      const chunk = await this.options.chunks.next(this.epoch, left)
      if (!chunk) break
      chunks.push(chunk)
      left -= chunk.steps
    } while (exactly !== undefined && left > 0)
    return chunks
  }

  /** Runs steps. */
  run(chunks: readonly Chunk[]): void {
    const { steps, trainer } = this.options
    const { traces } = steps.train
    const start = performance.now()
    this.open()
    this.count = 0
    for (const chunk of chunks) {
      const { rows, steps: count } = chunk
      if (rows && rows.start !== this.position) this.moveTo(rows.start)
      this.state = chunk.feed((feed) => steps.train.run(count, this.state!, this.frozen, feed, this.key))
      if (rows) this.position = rows.end
      trainer.steps += count
      this.step += count
      this.count += count
      this.unchecked.push(chunk)
    }
    const traced = steps.train.traces !== traces
    if (traced) warnOfRetraces(steps.train)
    this.time = traced ? undefined : performance.now() - start
  }

  /** The figures of the epoch so far. */
  figures(): Promise<Logs> {
    return readScalars(this.options.steps.results(this.state!.tracker))
  }

  /**
   * After steps: checks for a failure where that costs little, yields to other work when the time slice is over, and throws
   * when the signal says so. `oneByOne` says that a hook follows every batch.
   */
  async settle(oneByOne: boolean): Promise<void> {
    const { over } = this.slice
    const cheap = oneByOne ? this.state!.failedAt.storage.memory.readSync !== undefined : this.count > 1
    const start = performance.now()
    if (over || cheap) await this.check()
    // the read shows when steps have ended that a backend runs in the background
    if (this.time !== undefined) this.chunkSize.measured(this.time + performance.now() - start, this.count)
    if (over) await this.slice.yield()
    this.options.signal?.throwIfAborted()
  }

  /** Ends the epoch and returns its figures. */
  async endEpoch(): Promise<Logs> {
    await this.check()
    const logs = await this.figures()
    this.commit()
    return logs
  }

  /** Makes what the steps learnt the model's; until the next steps it may be read and changed. */
  commit(): void {
    this.options.trainer.commit(this.state!)
  }

  /** Calls what may read and change the model: it sees what the steps learnt, and they go on with what it left. */
  async outside<T>(call: () => T | Promise<T>): Promise<T> {
    this.commit()
    const result = await call()
    this.open()
    return result
  }

  /** Hands over what was learnt, also when training ends early. The run can go on afterwards. */
  pause(): void {
    const { trainer } = this.options
    if (!this.state) return
    // what was set from outside after the last step is newer than what the steps left
    if (this.revision === trainer.revision) trainer.commit(this.state)
    this.revision = -1
  }

  close(): void {
    if (!this.state) return
    this.pause()
    const { tracker, step, failedAt, position } = this.state
    disposeTree([tracker, step, failedAt, position])
    this.state = undefined
  }

  /** Takes the model's variables, where they were changed from outside since. */
  private open(): void {
    const { trainer, steps } = this.options
    const old = this.state
    if (old && this.revision === trainer.revision) return
    const { state, frozen } = trainer.begin(steps, old?.tracker)
    if (old) disposeTree([old.step, old.failedAt, old.position])
    this.state = state
    this.frozen = frozen
    this.revision = trainer.revision
    this.position = 0
  }

  private moveTo(position: number): void {
    this.state!.position.dispose()
    this.state = { ...this.state!, position: tensor(position, { dtype: 'int32' }) }
  }

  /** Throws `DivergenceError` where a step failed since the last check. */
  private async check(): Promise<void> {
    const { trainer, steps } = this.options
    const chunks = this.unchecked
    if (this.ignoresFailures || chunks.length === 0) return
    const [failedAt] = await this.state!.failedAt.data()
    this.unchecked = []
    if (failedAt! < 0) return
    trainer.commit(this.state!)
    const behind = trainer.steps - 1 - failedAt!
    trainer.steps = failedAt! + 1 // the steps after it learnt nothing
    const batch = await batchBefore(chunks, behind)
    throw await explainDivergence(trainer, steps, batch, { epoch: this.epoch, step: this.step - 1 - behind })
  }

  /** Set where a callback has ended training already: it may have seen the failure itself. */
  ignoresFailures = false
}

/** The batch of the step that came `behind` steps before the last one. */
function batchBefore(chunks: readonly Chunk[], behind: number): Promise<HostBatch> {
  let left = behind
  for (const chunk of [...chunks].reverse()) {
    if (left < chunk.steps) return chunk.batch(chunk.steps - 1 - left)
    left -= chunk.steps
  }
  throw new RangeError(`${behind} steps back there was no step.`)
}
