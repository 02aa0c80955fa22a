import {
  Callback,
  type CallbackContext,
  type ConfigOf,
  checkState,
  joinFields,
  type OptionsOf,
  type WeightValue,
} from '@gradus/core'
import { count, figure, fromJsonNumber, Monitor, monitorFields, toJsonNumber } from './monitor.ts'
import { fromWeightList, toWeightData, type WeightData } from './weight-data.ts'

const fields = /* @__PURE__ */ joinFields(monitorFields, {
  /** A change up to this value does not count as an improvement. */
  minDelta: { type: 'number', default: 0 },
  /** Epochs without improvement after which training stops. */
  patience: { type: 'integer', min: 0, default: 0 },
  /** Training also stops if the figure is not better than this value within `patience` epochs. */
  baseline: 'number',
  /** Whether the weights of the best epoch are restored at the end. */
  restoreBestWeights: { type: 'boolean', default: false },
  /** The first epoch, from 0, whose figures count. */
  startFromEpoch: { type: 'integer', min: 0, default: 0 },
} as const)

/** Options of `EarlyStopping`. */
export interface EarlyStoppingConfig extends ConfigOf<typeof fields> {}

interface EarlyStoppingState {
  readonly wait: number
  readonly best: number | string | null
  readonly bestEpoch: number
  readonly bestWeights: readonly WeightData[] | null
}

/**
 * Stops training when a figure no longer improves. As in Keras, training never stops after the first epoch, and
 * `restoreBestWeights` restores the best weights also if training was not stopped. Throws `ConfigError` if the direction of the
 * figure is unknown.
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
  /** The epoch, from 0, after which training was stopped; 0 if it was not. */
  stoppedEpoch = 0
  /** The best value so far; undefined before the first epoch. */
  best: number | undefined
  /** The epoch of the best value, from 0. */
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
    if (this.stoppedEpoch > 0) this.monitor.print(`Epoch ${this.stoppedEpoch + 1}: early stopping`)
    if (!this.bestWeights) return
    this.monitor.print(`Restoring model weights from the end of the best epoch: ${this.bestEpoch + 1}.`)
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

  override restore(state: EarlyStoppingState): void {
    checkState(this.type, state, { wait: count, best: figure, bestEpoch: count, bestWeights: 'unknown' })
    const { wait, best, bestEpoch, bestWeights } = state
    this.wait = wait
    this.best = fromJsonNumber(best)
    this.bestEpoch = bestEpoch
    this.bestWeights = bestWeights ? fromWeightList(bestWeights, this.type) : undefined
    this.resumed = true
  }
}
