import { Callback, type CallbackContext, DataError, describeValue, type Fields } from '@gradus/core'
import { standardOutput, type Write } from './platform-output.ts'
import { floatText } from './python-format.ts'

export interface LearningRateSchedulerConfig {
  /** The rate of an epoch (from 0), given the rate so far. */
  readonly schedule: (epoch: number, learningRate: number) => number
  /** 1 announces every rate (default 0). */
  readonly verbose?: 0 | 1
  readonly write?: Write
}

/** Sets the learning rate at the start of every epoch with a function, and logs it as `learning_rate`. As in Keras. */
export class LearningRateScheduler extends Callback<LearningRateSchedulerConfig> {
  static readonly type = 'LearningRateScheduler'
  static override readonly fields = {
    schedule: 'unknown',
    verbose: { oneOf: [0, 1] },
    write: 'unknown',
  } satisfies Fields<LearningRateSchedulerConfig>

  override onEpochBegin({ epoch, model }: CallbackContext): void {
    const rate = this.config.schedule(epoch, Math.fround(model.learningRate))
    if (typeof rate !== 'number' || !Number.isFinite(rate)) {
      throw new DataError(
        `LearningRateScheduler: the schedule gave ${describeValue(rate)} for epoch ${epoch}; expected a finite number.`,
      )
    }
    model.learningRate = rate
    if (!this.config.verbose) return
    const write = this.config.write ?? standardOutput()
    write(`\nEpoch ${epoch + 1}: LearningRateScheduler setting learning rate to ${floatText(rate)}.\n`)
  }

  override onEpochEnd({ logs, model }: CallbackContext): void {
    logs.learning_rate = Math.fround(model.learningRate)
  }
}
