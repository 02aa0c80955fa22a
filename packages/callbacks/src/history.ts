import { Callback, type CallbackContext, checkState } from '@gradus/core'

/** The state of `History`, from which it can be restored. */
interface HistoryState {
  readonly epoch: number[]
  readonly history: Record<string, number[]>
}

/**
 * Collects the figures of every epoch, as in Keras: `history.loss[3]` is the loss of the fourth epoch. `fit` returns one.
 *
 * @example
 * import { History } from '@gradus/callbacks'
 * import { Dense } from '@gradus/layers'
 * import { MeanSquaredError } from '@gradus/losses'
 * import { Sequential } from '@gradus/models'
 * import { SGD } from '@gradus/optimizers'
 * const model = new Sequential([new Dense({ units: 1 })])
 * model.compile({ optimizer: new SGD(), loss: new MeanSquaredError() })
 * const { epoch } = await model.fit([[0], [1]], [1, 3], { epochs: 3, verbose: 0 })
 * epoch // => [0, 1, 2]
 */
export class History extends Callback {
  static readonly type = 'History'
  static override readonly fields = {}

  /** The epochs of the last run, from 0. */
  epoch: number[] = []
  /** The values of each figure, one per epoch. */
  history: Record<string, number[]> = {}
  private resumed = false

  override onTrainBegin(): void {
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
    const values = { type: 'numbers', required: true } as const
    checkState('History', state, { epoch: values, history: { type: 'unknown', required: true } })
    checkState('History', state.history, Object.fromEntries(Object.keys(state.history).map((key) => [key, values])))
    const { epoch, history } = structuredClone({ epoch: state.epoch, history: state.history })
    this.epoch = epoch
    this.history = history
    this.resumed = true
  }
}
