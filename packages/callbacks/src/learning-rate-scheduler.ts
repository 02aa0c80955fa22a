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
  /** The rate of an epoch (from 0), given the rate so far. */
  schedule: {
    type: 'function' as Kind<(epoch: number, learningRate: number) => number>,
    required: true,
    example: '(epoch, rate) => 0.9 * rate',
  },
  /** 1 announces every rate. */
  verbose: { oneOf: [0, 1], default: 0 },
  /** Takes the announcements; by default the terminal, or the console where there is none. */
  write: { type: 'function' as Kind<Write> },
} as const

export interface LearningRateSchedulerConfig extends ConfigOf<typeof fields> {}

/** Sets the learning rate at the start of every epoch with a function, and logs it as `learning_rate`. As in Keras. */
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
