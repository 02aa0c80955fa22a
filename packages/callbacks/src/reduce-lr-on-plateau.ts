import { Callback, type CallbackContext, type ConfigOf, checkState, joinFields, type OptionsOf } from '@gradus/core'
import { count, figure, fromJsonNumber, Monitor, monitorFields, toJsonNumber } from './monitor.ts'
import { floatText } from './python-format.ts'

const fields = /* @__PURE__ */ joinFields(monitorFields, {
  /** The factor by which the learning rate is multiplied. */
  factor: { type: 'number', min: 0, below: 1, default: 0.1 },
  /** Epochs without improvement after which the learning rate is reduced. */
  patience: { type: 'integer', min: 0, default: 10 },
  /** A change up to this value does not count as an improvement. */
  minDelta: { type: 'number', default: 1e-4 },
  /** Epochs to wait after a reduction. */
  cooldown: { type: 'integer', min: 0, default: 0 },
  /** The smallest learning rate. */
  minLr: { type: 'number', min: 0, default: 0 },
} as const)

/** Options of `ReduceLROnPlateau`. */
export interface ReduceLROnPlateauConfig extends ConfigOf<typeof fields> {}

interface ReduceLROnPlateauState {
  readonly wait: number
  readonly cooldownCounter: number
  readonly best: number | string | null
}

/**
 * Reduces the learning rate when a figure no longer improves, and logs it as `learning_rate`, as in Keras. Throws `ConfigError`
 * if the direction of the figure is unknown.
 *
 * @example
 * import { ReduceLROnPlateau } from '@gradus/callbacks'
 * const reduce = new ReduceLROnPlateau({ monitor: 'val_loss', factor: 0.5, patience: 3 })
 * reduce.options.minDelta // => 0.0001
 */
export class ReduceLROnPlateau extends Callback<ReduceLROnPlateauConfig> {
  static readonly type = 'ReduceLROnPlateau'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  /** Epochs since the last improvement or reduction. */
  wait = 0
  /** Epochs left to wait after a reduction. */
  cooldownCounter = 0
  /** The best value so far; undefined before the first epoch. */
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
    // rates are float32 in the optimizer
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
    this.monitor.print(`\nEpoch ${epoch + 1}: ReduceLROnPlateau reducing learning rate to ${floatText(next)}.`)
    this.cooldownCounter = cooldown
    this.wait = 0
  }

  override state(): ReduceLROnPlateauState {
    return { wait: this.wait, cooldownCounter: this.cooldownCounter, best: toJsonNumber(this.best) }
  }

  override restore(state: ReduceLROnPlateauState): void {
    checkState(this.type, state, { wait: count, cooldownCounter: count, best: figure })
    const { wait, cooldownCounter, best } = state
    this.wait = wait
    this.cooldownCounter = cooldownCounter
    this.best = fromJsonNumber(best)
    this.resumed = true
  }
}
