import { Callback, type CallbackContext, type FitParams } from '@gradus/core'

/** What `History` saves for a resume. */
interface HistoryState {
  readonly epoch: number[]
  readonly history: Record<string, number[]>
}

/** Collects the figures of every epoch: `history.loss[3]` is the loss of the fourth epoch. As in Keras. */
export class History extends Callback {
  static readonly type = 'History'
  static override readonly fields = {}

  /** The epochs of the last run, from 0. */
  epoch: number[] = []
  history: Record<string, number[]> = {}
  /** How the last run was started. */
  params: FitParams | undefined
  private resumed = false

  override onTrainBegin({ params }: CallbackContext): void {
    this.params = params
    if (!this.resumed) this.epoch = []
    this.resumed = false
  }

  override onEpochEnd({ epoch, logs }: CallbackContext): void {
    this.epoch.push(epoch)
    for (const [key, value] of Object.entries(logs)) (this.history[key] ??= []).push(value)
  }

  override state(): HistoryState {
    return structuredClone({ epoch: this.epoch, history: this.history })
  }

  override restore(state: HistoryState): void {
    const { epoch, history } = structuredClone(state)
    this.epoch = epoch
    this.history = history
    this.resumed = true
  }
}
