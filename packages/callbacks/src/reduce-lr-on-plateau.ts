import { Callback, type CallbackContext, ConfigError, type Fields } from '@gradus/core'
import { fromJsonNumber, Monitor, type MonitorConfig, toJsonNumber, withMonitorFields } from './monitor.ts'
import { floatText } from './python-format.ts'

export interface ReduceLROnPlateauConfig extends MonitorConfig {
  /** The rate is multiplied by this number below 1 (default 0.1). */
  readonly factor?: number
  /** Epochs without improvement after which the rate is reduced (default 10). */
  readonly patience?: number
  /** A smaller change does not count as an improvement (default 1e-4). */
  readonly minDelta?: number
  /** Epochs to wait after a reduction (default 0). */
  readonly cooldown?: number
  /** The rate never falls below this (default 0). */
  readonly minLr?: number
}

interface ReduceLROnPlateauState {
  readonly wait: number
  readonly cooldownCounter: number
  readonly best: number | string | null
}

/** Lowers the learning rate when a figure no longer improves, and logs it as `learning_rate`. As in Keras. */
export class ReduceLROnPlateau extends Callback<ReduceLROnPlateauConfig> {
  static readonly type = 'ReduceLROnPlateau'
  static override readonly fields = /* @__PURE__ */ withMonitorFields({
    factor: 'number',
    patience: 'integer',
    minDelta: 'number',
    cooldown: 'integer',
    minLr: 'number',
  }) satisfies Fields<ReduceLROnPlateauConfig>

  wait = 0
  cooldownCounter = 0
  best: number | undefined
  private resumed = false
  private readonly monitor: Monitor

  constructor(config: ReduceLROnPlateauConfig = {}) {
    super(config)
    const { factor = 0.1, minDelta = 1e-4 } = config
    if (!(factor < 1)) {
      throw new ConfigError(`ReduceLROnPlateau: 'factor' must be below 1, so that the rate falls, and is ${factor}.`)
    }
    this.monitor = new Monitor('ReduceLROnPlateau', config, minDelta)
  }

  override onTrainBegin(): void {
    if (!this.resumed) {
      this.wait = 0
      this.cooldownCounter = 0
      this.best = undefined
    }
    this.resumed = false
  }

  override onEpochEnd({ epoch, logs, model }: CallbackContext): void {
    const { factor = 0.1, patience = 10, cooldown = 0, minLr = 0 } = this.config
    this.monitor.directionIn(model)
    // Rates are float32 in the optimizer; working from the rounded value gives the same new rates as there.
    const rate = Math.fround(model.learningRate)
    logs.learning_rate = rate
    const current = logs[this.monitor.name]
    if (current === undefined) {
      this.monitor.warnMissing(logs)
      return
    }
    if (this.cooldownCounter > 0) {
      this.cooldownCounter -= 1
      this.wait = 0
    }
    if (this.monitor.improves(current, this.best, model)) {
      this.best = current
      this.wait = 0
      return
    }
    if (this.cooldownCounter > 0) return
    this.wait += 1
    if (this.wait < patience || rate <= Math.fround(minLr)) return
    const next = Math.max(rate * factor, minLr)
    model.learningRate = next
    this.monitor.say(`\nEpoch ${epoch + 1}: ReduceLROnPlateau reducing learning rate to ${floatText(next)}.`)
    this.cooldownCounter = cooldown
    this.wait = 0
  }

  override state(): ReduceLROnPlateauState {
    return { wait: this.wait, cooldownCounter: this.cooldownCounter, best: toJsonNumber(this.best) }
  }

  override restore({ wait, cooldownCounter, best }: ReduceLROnPlateauState): void {
    this.wait = wait
    this.cooldownCounter = cooldownCounter
    this.best = fromJsonNumber(best)
    this.resumed = true
  }
}
