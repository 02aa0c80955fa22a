import { Callback, type CallbackContext, type ConfigOf, DivergenceError, type Kind, type OptionsOf } from '@gradus/core'
import { standardOutput, type Write } from './platform-output.ts'

const fields = {
  /** Whether to throw `DivergenceError`; otherwise training stops without an error. */
  raiseError: { type: 'boolean', default: false },
  /** Prints text (by default to the terminal, or to the console if there is none). */
  write: { type: 'function' as Kind<Write> },
} as const

/** Options of `TerminateOnNaN`. */
export interface TerminateOnNaNConfig extends ConfigOf<typeof fields> {}

/**
 * Stops training after a batch with a loss that is NaN or infinite, as in Keras. It makes training read the loss after every
 * batch. With `raiseError` it throws `DivergenceError`.
 *
 * @example
 * import { TerminateOnNaN } from '@gradus/callbacks'
 * const terminate = new TerminateOnNaN({ raiseError: true })
 * terminate.options.raiseError // => true
 */
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
