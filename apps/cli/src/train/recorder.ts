import { type CallbackContext, type CallbackHooks, DivergenceError, type FitState } from '@gradus/core'
import type { Model } from 'gradus'
import type { RunFolder } from './run-folder.ts'
import type { EpochRecord } from './run-state.ts'

interface RecorderOptions {
  readonly model: Pick<Model, 'toBytes'>
  /** The epochs of the resumed run. */
  readonly records: readonly EpochRecord[]
  /** Aborted where the run is to be saved and stopped. */
  readonly signal: AbortSignal
  onEpoch(record: EpochRecord): void
}

/** Saves the run at the end of every epoch, and where it is to be stopped. */
export class Recorder implements CallbackHooks {
  readonly records: EpochRecord[]
  /** The milliseconds between two looks at the signal. */
  readonly batchInterval = 50
  private readonly stopped = new AbortController()
  private startedAt = 0

  constructor(
    private readonly folder: RunFolder,
    private readonly options: RecorderOptions,
  ) {
    this.records = [...options.records]
  }

  /** Aborted once a run that is to be stopped is saved. */
  get signal(): AbortSignal {
    return this.stopped.signal
  }

  onTrainBegin(): void {
    this.startedAt = performance.now()
  }

  onEpochBegin(): void {
    this.startedAt = performance.now()
  }

  onTrainBatchEnd({ progress }: CallbackContext): void {
    const { signal } = this.options
    if (!signal.aborted) return
    progress!.checkpoint(async (fit) => {
      await this.save(fit)
      this.stopped.abort(signal.reason)
    })
  }

  onEpochEnd({ epoch, logs, model, progress }: CallbackContext): void {
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
    // when the other callbacks have been called, so that their effects are saved too
    progress!.checkpoint(async (fit) => {
      this.records.push(record)
      await this.save(fit)
      await this.folder.writeFigures(this.records)
      this.options.onEpoch(record)
    })
  }

  /** Saves the current model, with the state of `fit` where the run can continue from it. */
  async save(fit?: FitState): Promise<void> {
    const bytes = await this.options.model.toBytes(fit && { fit })
    await this.folder.save(bytes, { version: 1, records: this.records }, fit !== undefined)
  }
}
