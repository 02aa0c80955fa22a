import {
  Callback,
  type CallbackContext,
  type CallbackHooks,
  type ConfigOf,
  type Fields,
  type HookResult,
  type Kind,
  type OptionsOf,
} from '@gradus/core'

const hook = { type: 'function' as Kind<(context: CallbackContext) => HookResult> } as const

const fields = {
  onTrainBegin: hook,
  onTrainEnd: hook,
  onEpochBegin: hook,
  onEpochEnd: hook,
  onTrainBatchBegin: hook,
  onTrainBatchEnd: hook,
  onTestBegin: hook,
  onTestEnd: hook,
  onTestBatchBegin: hook,
  onTestBatchEnd: hook,
  onPredictBegin: hook,
  onPredictEnd: hook,
  onPredictBatchBegin: hook,
  onPredictBatchEnd: hook,
  /** The least time in milliseconds between two calls of the hooks for ends of batches (default 0: every batch). */
  batchInterval: { type: 'number', min: 0 },
  /** Steps between two calls of `onTrainBatchEnd` (default 1). */
  batchCount: { type: 'integer', min: 1 },
} as const satisfies Fields<Omit<CallbackHooks, 'onResume' | 'state' | 'restore'>>

/** Options of `LambdaCallback`: hooks as functions. */
export interface LambdaCallbackConfig extends ConfigOf<typeof fields> {}

/**
 * A callback made of functions, as in Keras. It has only the hooks that are given. It cannot be saved as data.
 *
 * @example
 * import { LambdaCallback } from '@gradus/callbacks'
 * const losses = []
 * const callback = new LambdaCallback({ onEpochEnd: ({ logs }) => { losses.push(logs.loss) } })
 * callback.onTrainBatchEnd === undefined // => true
 */
export class LambdaCallback extends Callback<LambdaCallbackConfig> {
  static readonly type = 'LambdaCallback'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  constructor(config: LambdaCallbackConfig = {}) {
    super(config)
    Object.assign(this, this.options)
  }
}
