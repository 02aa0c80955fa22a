import {
  Callback,
  type CallbackContext,
  type ConfigOf,
  joinFields,
  type OptionsOf,
  type WeightValue,
} from '@gradus/core'
import { fromJsonNumber, Monitor, monitorFields, toJsonNumber } from './monitor.ts'
import { fromWeightData, toWeightData, type WeightData } from './weight-data.ts'

const fields = /* @__PURE__ */ joinFields(monitorFields, {
  /** A smaller change does not count as an improvement. */
  minDelta: { type: 'number', default: 0 },
  /** Epochs without improvement after which training stops. */
  patience: { type: 'integer', min: 0, default: 0 },
  /** Training also stops when this value is not beaten within `patience` epochs. */
  baseline: 'number',
  /** Whether the weights of the best epoch are put back at the end. */
  restoreBestWeights: { type: 'boolean', default: false },
  /** Epochs before this one, from 0, are not looked at. */
  startFromEpoch: { type: 'integer', min: 0, default: 0 },
} as const)

export interface EarlyStoppingConfig extends ConfigOf<typeof fields> {}

interface EarlyStoppingState {
  readonly wait: number
  readonly best: number | string | null
  readonly bestEpoch: number
  readonly bestWeights: readonly WeightData[] | null
}

/**
 * Ends training when a figure no longer improves. As in Keras: the first epoch never stops training, and with
 * `restoreBestWeights` the best weights are put back even when training ran to its end.
 *
 * @example
 * import { EarlyStopping } from '@gradus/callbacks'
 * const stop = new EarlyStopping({ monitor: 'val_loss', patience: 5, restoreBestWeights: true })
 * stop.config.patience // => 5
 */
export class EarlyStopping extends Callback<EarlyStoppingConfig> {
  static readonly type = 'EarlyStopping'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  /** Epochs since the last improvement. */
  wait = 0
  /** The epoch, from 0, after which training was stopped; 0 where it was not. */
  stoppedEpoch = 0
  best: number | undefined
  bestEpoch = 0
  private bestWeights: readonly WeightValue[] | undefined
  private resumed = false
  private readonly monitor = new Monitor(this)

  override onTrainBegin(): void {
    this.stoppedEpoch = 0
    if (!this.resumed) {
      this.wait = 0
      this.best = undefined
      this.bestEpoch = 0
      this.bestWeights = undefined
    }
    this.resumed = false
  }

  override async onEpochEnd({ epoch, logs, model }: CallbackContext): Promise<void> {
    const { baseline, patience, restoreBestWeights, startFromEpoch } = this.options
    this.monitor.directionIn(model)
    const current = logs[this.monitor.name]
    if (current === undefined) return this.monitor.warnMissing(logs)
    if (epoch < startFromEpoch) return
    if (restoreBestWeights && !this.bestWeights) {
      this.bestWeights = await model.getWeights()
      this.bestEpoch = epoch
    }
    this.wait += 1
    if (this.monitor.improves(current, this.best, model)) {
      this.best = current
      this.bestEpoch = epoch
      if (restoreBestWeights) this.bestWeights = await model.getWeights()
      if (baseline === undefined || this.monitor.improves(current, baseline, model)) this.wait = 0
      return
    }
    if (this.wait >= patience && epoch > 0) {
      this.stoppedEpoch = epoch
      model.stopTraining = true
    }
  }

  override async onTrainEnd({ model }: CallbackContext): Promise<void> {
    if (this.stoppedEpoch > 0) this.monitor.say(`Epoch ${this.stoppedEpoch + 1}: early stopping`)
    if (!this.bestWeights) return
    this.monitor.say(`Restoring model weights from the end of the best epoch: ${this.bestEpoch + 1}.`)
    await model.setWeights(this.bestWeights)
  }

  override state(): EarlyStoppingState {
    return {
      wait: this.wait,
      best: toJsonNumber(this.best),
      bestEpoch: this.bestEpoch,
      bestWeights: this.bestWeights?.map(toWeightData) ?? null,
    }
  }

  override restore({ wait, best, bestEpoch, bestWeights }: EarlyStoppingState): void {
    this.wait = wait
    this.best = fromJsonNumber(best)
    this.bestEpoch = bestEpoch
    this.bestWeights = bestWeights?.map(fromWeightData)
    this.resumed = true
  }
}
