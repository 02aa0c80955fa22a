import {
  Callback,
  type CallbackContext,
  type ConfigOf,
  DataError,
  describeValue,
  type Kind,
  type OptionsOf,
} from '@gradus/core'
import { standardOutput, type Write } from './platform-output.ts'
import { floatText } from './python-format.ts'

const fields = {
  /** Returns the learning rate of an epoch (from 0), given the current rate. */
  schedule: {
    type: 'function' as Kind<(epoch: number, learningRate: number) => number>,
    required: true,
    example: '(epoch, rate) => 0.9 * rate',
  },
  /** 1 prints each new rate. */
  verbose: { oneOf: [0, 1], default: 0 },
  /** Prints text (by default to the terminal, or to the console if there is none). */
  write: { type: 'function' as Kind<Write> },
} as const

/** Options of `LearningRateScheduler`. */
export interface LearningRateSchedulerConfig extends ConfigOf<typeof fields> {}

/**
 * Sets the learning rate at the start of every epoch by a function, and logs it as `learning_rate`, as in Keras. Throws
 * `DataError` for a rate that is not a finite number.
 *
 * @example
 * import { LearningRateScheduler } from '@gradus/callbacks'
 * const scheduler = new LearningRateScheduler({ schedule: (epoch, rate) => (epoch < 10 ? rate : 0.9 * rate) })
 * scheduler.options.schedule(3, 0.1) // => 0.1
 */
export class LearningRateScheduler extends Callback<LearningRateSchedulerConfig> {
  static readonly type = 'LearningRateScheduler'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  override onEpochBegin({ epoch, model }: CallbackContext): void {
    const { schedule, verbose, write = standardOutput() } = this.options
    const rate = schedule(epoch, Math.fround(model.learningRate))
    if (typeof rate !== 'number' || !Number.isFinite(rate)) {
      throw new DataError(
        `LearningRateScheduler: the schedule gave ${describeValue(rate)} for epoch ${epoch}; expected a finite number.`,
      )
    }
    model.learningRate = rate
    if (verbose) write(`\nEpoch ${epoch + 1}: LearningRateScheduler setting learning rate to ${floatText(rate)}.\n`)
  }

  override onEpochEnd({ logs, model }: CallbackContext): void {
    logs.learning_rate = Math.fround(model.learningRate)
  }
}
