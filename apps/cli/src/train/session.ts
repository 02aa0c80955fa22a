import type { CallbackHooks } from '@gradus/core'
import { ModelCheckpoint, ProgressLogger } from 'gradus'
import type { Resolved } from '../config/resolve-config.ts'
import { FirstUpdate, largestUpdate, oneBatch, RevealGradients, type Update } from './first-update.ts'
import { buildModel, compileModel, type Prepared } from './prepare.ts'
import { Recorder } from './recorder.ts'
import type { RunFolder } from './run-folder.ts'
import type { EpochRecord, RunState } from './run-state.ts'

export interface SessionOptions {
  begin(): Promise<void>
  folder(): RunFolder
  /** Writes to the training log. */
  readonly write: (text: string) => void
  onEpoch(record: EpochRecord): void
  readonly level: 0 | 1 | 2
}

/** One call of `fit` with its callbacks. */
export class Session {
  readonly recorder: Recorder
  private readonly first: FirstUpdate | undefined
  private readonly callbacks: readonly CallbackHooks[]

  constructor(
    private readonly config: Resolved,
    private readonly prepared: Prepared,
    state: RunState | undefined,
    options: SessionOptions,
  ) {
    const { model, callbacks, validation } = prepared
    const monitor = validation || config.fit.validationSplit ? 'val_loss' : 'loss'
    const { begin, folder, write, onEpoch, level } = options
    let best: ModelCheckpoint | undefined
    // created when the folder is known; braces in its name are escaped, because the path is a template
    const keepBest: CallbackHooks = {
      onEpochEnd: (context) => checkpoint().onEpochEnd(context),
      state: () => checkpoint().state(),
      restore: (saved) => checkpoint().restore(saved as never),
    }
    const checkpoint = () =>
      (best ??= new ModelCheckpoint({
        filepath: folder().best.replace(/[{}]/g, '$&$&'),
        monitor,
        saveBestOnly: true,
      }))
    const kept = [...callbacks, keepBest]
    state?.callbacks.forEach((saved, index) => {
      if (saved !== null) kept[index]?.restore?.(saved)
    })
    this.recorder = new Recorder(folder, {
      model,
      callbacks: kept,
      records: state?.records ?? [],
      onEpoch,
    })
    this.first = config.explain && !state ? new FirstUpdate() : undefined
    const logger = new ProgressLogger({ verbose: level, write })
    this.callbacks = [{ onTrainBegin: begin }, ...(this.first ? [this.first] : []), ...kept, logger, this.recorder]
  }

  async fit(signal: AbortSignal): Promise<void> {
    const { model, train, validation } = this.prepared
    await model.fit(train.x, train.y, {
      ...this.config.fit,
      ...(validation && { validationData: [validation.x, validation.y] as const }),
      initialEpoch: this.recorder.records.length,
      verbose: 0,
      callbacks: this.callbacks,
      signal,
    })
  }

  /** Saves again where the end of training may have changed the weights: to averages, or to the best weights. */
  async finish(): Promise<void> {
    const { optimizer, callbacks } = this.prepared
    if (optimizer.config.useEma || callbacks.some((callback) => callback.onTrainEnd)) await this.recorder.save(false)
  }

  /** The first update of one weight. Its gradient comes from a second model with the same seed, weights and batches. */
  async update(): Promise<Update | undefined> {
    if (!this.first) return undefined
    const twin = buildModel(this.config)
    compileModel(twin, this.config, new RevealGradients())
    const { train } = this.prepared
    await twin.fit(train.x, train.y, { ...this.config.fit, epochs: 1, verbose: 0, callbacks: [oneBatch] })
    return largestUpdate(this.first, await twin.getWeights())
  }
}
