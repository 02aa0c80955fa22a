import { Callback, type CallbackHooks, ConfigError, type Fields } from '@gradus/core'

/** Hooks as functions. */
export type LambdaCallbackConfig = Omit<CallbackHooks, 'state' | 'restore'>

const hookFields: Fields<LambdaCallbackConfig> = {
  onTrainBegin: 'unknown',
  onTrainEnd: 'unknown',
  onEpochBegin: 'unknown',
  onEpochEnd: 'unknown',
  onTrainBatchBegin: 'unknown',
  onTrainBatchEnd: 'unknown',
  onTestBegin: 'unknown',
  onTestEnd: 'unknown',
  onTestBatchBegin: 'unknown',
  onTestBatchEnd: 'unknown',
  onPredictBegin: 'unknown',
  onPredictEnd: 'unknown',
  onPredictBatchBegin: 'unknown',
  onPredictBatchEnd: 'unknown',
  batchInterval: 'number',
}

/**
 * A callback made of functions, as in Keras. It has just the hooks it is given. It cannot be saved as data.
 *
 * @example
 * import { LambdaCallback } from '@gradus/callbacks'
 * const losses = []
 * const callback = new LambdaCallback({ onEpochEnd: ({ logs }) => { losses.push(logs.loss) } })
 * callback.onTrainBatchEnd === undefined // => true
 */
export class LambdaCallback extends Callback<LambdaCallbackConfig> {
  static readonly type = 'LambdaCallback'
  static override readonly fields: Fields<LambdaCallbackConfig> = hookFields

  constructor(config: LambdaCallbackConfig = {}) {
    super(config)
    for (const [name, hook] of Object.entries(config)) {
      if (name !== 'batchInterval' && hook !== undefined && typeof hook !== 'function') {
        throw new ConfigError(`LambdaCallback: '${name}' must be a function and is ${JSON.stringify(hook)}.`)
      }
    }
    Object.assign(this, config)
  }
}
