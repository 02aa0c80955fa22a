import { Callback, type CallbackContext, type ConfigOf, DivergenceError, type Kind, type OptionsOf } from '@gradus/core'
import { standardOutput, type Write } from './platform-output.ts'

const fields = {
  /** Whether to throw `DivergenceError` instead of ending training in order. */
  raiseError: { type: 'boolean', default: false },
  /** Takes the announcement; by default the terminal, or the console where there is none. */
  write: { type: 'function' as Kind<Write> },
} as const

export interface TerminateOnNaNConfig extends ConfigOf<typeof fields> {}

/** Ends training after a batch whose loss is NaN or infinite. As in Keras. */
export class TerminateOnNaN extends Callback<TerminateOnNaNConfig> {
  static readonly type = 'TerminateOnNaN'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  override onTrainBatchEnd({ epoch, step, logs, model }: CallbackContext): void {
    const loss = logs.loss
    if (loss === undefined || Number.isFinite(loss)) return
    const { raiseError, write = standardOutput() } = this.options
    if (raiseError) {
      throw new DivergenceError(
        `The loss is ${loss} after batch ${step} of epoch ${epoch + 1}. Lower the learning rate, clip gradients, or check the data for values that are not finite.`,
        epoch,
        step,
        '',
      )
    }
    write(`Batch ${step}: Invalid loss, terminating training\n`)
    model.stopTraining = true
  }
}
