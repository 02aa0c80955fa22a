import { type CallbackContext, type CallbackHooks, DivergenceError } from '@gradus/core'
import type { Model } from 'gradus'
import type { RunFolder } from './run-folder.ts'
import type { EpochRecord, RunState } from './run-state.ts'

interface RecorderOptions {
  readonly model: Pick<Model, 'toBytes'>
  /** The callbacks with state to save, in a fixed order. */
  readonly callbacks: readonly CallbackHooks[]
  /** The epochs of the resumed run. */
  readonly records: readonly EpochRecord[]
  onEpoch(record: EpochRecord): void
}

/** Saves the run at the end of every epoch. It is the last callback, so that the effects of the others are saved too. */
export class Recorder implements CallbackHooks {
  readonly records: EpochRecord[]
  private startedAt = 0
  private stopped = false

  constructor(
    private readonly folder: RunFolder,
    private readonly options: RecorderOptions,
  ) {
    this.records = [...options.records]
  }

  onEpochBegin(): void {
    this.startedAt = performance.now()
  }

  async onEpochEnd({ epoch, logs, model }: CallbackContext): Promise<void> {
    // A callback may stop a training that diverges, without an error. The weights must not replace those that were saved.
    if (!Number.isFinite(logs.loss)) {
      throw new DivergenceError(
        `The loss is ${logs.loss} after epoch ${epoch + 1}. Try a smaller learning rate, clipNorm, or scaled inputs.`,
        epoch,
        -1,
        '',
      )
    }
    const record: EpochRecord = {
      epoch: epoch + 1,
      logs: { ...logs },
      learningRate: model.learningRate,
      milliseconds: performance.now() - this.startedAt,
    }
    this.records.push(record)
    this.stopped = model.stopTraining
    await this.save(true)
    await this.folder.writeFigures(this.records)
    this.options.onEpoch(record)
  }

  /** Saves the current model. `exact` says whether an epoch has just ended. */
  async save(exact: boolean): Promise<void> {
    const state: RunState = {
      version: 1,
      records: this.records,
      callbacks: this.options.callbacks.map((callback) => callback.state?.() ?? null),
      exact,
      stopped: this.stopped,
    }
    await this.folder.save(await this.options.model.toBytes(), state)
  }
}
