import { Callback, type CallbackContext, ConfigError, type ConfigOf, type OptionsOf } from '@gradus/core'

const fields = {
  /**
   * Whether the model also has the moving averages from the end of an epoch to the beginning of the next, for callbacks such as
   * `ModelCheckpoint` that come later in the list.
   */
  swapOnEpoch: { type: 'boolean', default: false },
} as const

/** Options of `SwapEMAWeights`. */
export interface SwapEMAWeightsConfig extends ConfigOf<typeof fields> {}

/**
 * Gives the model the moving averages of its weights during validation, `evaluate` and `predict`, and afterwards the weights again.
 * The optimizer must have `useEma`. With `swapOnEpoch` the model has the averages at the end of epochs, too. Throws `ConfigError` if
 * no optimizer of the model has moving averages. Keras: `SwapEMAWeights`; unlike there, the model has the averages at the end also
 * if training stops early.
 *
 * @example
 * import { ModelCheckpoint, SwapEMAWeights } from '@gradus/callbacks'
 * const swap = new SwapEMAWeights({ swapOnEpoch: true })
 * const callbacks = [swap, new ModelCheckpoint({ filepath: 'averages-{epoch}.safetensors' })]
 * callbacks[0].options.swapOnEpoch // => true
 */
export class SwapEMAWeights extends Callback<SwapEMAWeightsConfig> {
  static readonly type = 'SwapEMAWeights'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  override onEpochBegin(context: CallbackContext): void {
    if (this.options.swapOnEpoch) this.use(false, context)
  }

  override onEpochEnd(context: CallbackContext): void {
    if (this.options.swapOnEpoch) this.use(true, context)
  }

  override onTestBegin(context: CallbackContext): void {
    this.use(true, context)
  }

  override onTestEnd(context: CallbackContext): void {
    this.use(false, context)
  }

  override onPredictBegin(context: CallbackContext): void {
    this.use(true, context)
  }

  override onPredictEnd(context: CallbackContext): void {
    this.use(false, context)
  }

  private use(averages: boolean, { model }: CallbackContext): void {
    if (model.useAverages(averages)) return
    throw new ConfigError(
      'SwapEMAWeights needs an optimizer with moving averages, and the model has none. Compile with an optimizer such as new Adam({ useEma: true }).',
    )
  }
}
