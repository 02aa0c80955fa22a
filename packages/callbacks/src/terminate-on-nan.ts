import { Callback, type CallbackContext, DivergenceError, type Fields } from '@gradus/core'
import { standardOutput, type Write } from './platform-output.ts'

export interface TerminateOnNaNConfig {
  /** Whether to throw `DivergenceError` instead of ending training in order (default false). */
  readonly raiseError?: boolean
  readonly write?: Write
}

/** Ends training after a batch whose loss is NaN or infinite. As in Keras. */
export class TerminateOnNaN extends Callback<TerminateOnNaNConfig> {
  static readonly type = 'TerminateOnNaN'
  static override readonly fields = { raiseError: 'boolean', write: 'unknown' } satisfies Fields<TerminateOnNaNConfig>

  override onTrainBatchEnd({ epoch, step, logs, model }: CallbackContext): void {
    const loss = logs.loss
    if (loss === undefined || Number.isFinite(loss)) return
    if (this.config.raiseError) {
      throw new DivergenceError(
        `The loss is ${loss} after batch ${step} of epoch ${epoch + 1}. Lower the learning rate, clip gradients, or check the data for values that are not finite.`,
        epoch,
        step,
        '',
      )
    }
    const write = this.config.write ?? standardOutput()
    write(`Batch ${step}: Invalid loss, terminating training\n`)
    model.stopTraining = true
  }
}
