import { Callback, type CallbackContext, type ConfigOf, joinFields, type OptionsOf } from '@gradus/core'
import { fromJsonNumber, Monitor, monitorFields, toJsonNumber } from './monitor.ts'
import { floatText } from './python-format.ts'

const fields = /* @__PURE__ */ joinFields(monitorFields, {
  /** The rate is multiplied by it. */
  factor: { type: 'number', below: 1, default: 0.1 },
  /** Epochs without improvement after which the rate is reduced. */
  patience: { type: 'integer', min: 0, default: 10 },
  /** A smaller change does not count as an improvement. */
  minDelta: { type: 'number', default: 1e-4 },
  /** Epochs to wait after a reduction. */
  cooldown: { type: 'integer', min: 0, default: 0 },
  /** The rate never falls below this. */
  minLr: { type: 'number', default: 0 },
} as const)

export interface ReduceLROnPlateauConfig extends ConfigOf<typeof fields> {}

interface ReduceLROnPlateauState {
  readonly wait: number
  readonly cooldownCounter: number
  readonly best: number | string | null
}

/** Lowers the learning rate when a figure no longer improves, and logs it as `learning_rate`. As in Keras. */
export class ReduceLROnPlateau extends Callback<ReduceLROnPlateauConfig> {
  static readonly type = 'ReduceLROnPlateau'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  wait = 0
  cooldownCounter = 0
  best: number | undefined
  private resumed = false
  private readonly monitor = new Monitor(this)

  override onTrainBegin(): void {
    if (!this.resumed) {
      this.wait = 0
      this.cooldownCounter = 0
      this.best = undefined
    }
    this.resumed = false
  }

  override onEpochEnd({ epoch, logs, model }: CallbackContext): void {
    const { factor, patience, cooldown, minLr } = this.options
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
