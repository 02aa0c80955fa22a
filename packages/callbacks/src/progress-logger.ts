import {
  Callback,
  type CallbackContext,
  type ConfigOf,
  type FitParams,
  type HookResult,
  type Kind,
  type OptionsOf,
} from '@gradus/core'
import { standardOutput, type Write } from './platform-output.ts'
import { ProgressBar } from './progress-bar.ts'

const fields = {
  /** 0 prints nothing, 1 a bar, 2 a line per epoch (default: the option of `fit`). */
  verbose: { oneOf: [0, 1, 2] },
  /** Prints text (by default to the terminal, or to the console if there is none). */
  write: { type: 'function' as Kind<Write> },
  /** Returns the time in seconds (default that of the progress bar). */
  clock: { type: 'function' as Kind<() => number> },
} as const

/** Options of `ProgressLogger`. */
export interface ProgressLoggerConfig extends ConfigOf<typeof fields> {}

/**
 * Prints the progress of `fit`, `evaluate` and `predict`: Keras's `ProgbarLogger`. Validation within `fit` prints nothing. With
 * `verbose: 2` figures are read from the device only once per epoch.
 *
 * @example
 * import { ProgressLogger } from '@gradus/callbacks'
 * let text = ''
 * const logger = new ProgressLogger({ verbose: 2, write: (piece) => { text += piece } })
 * logger.onEpochBegin({ epoch: 0, step: -1, logs: {}, params: { epochs: 2, steps: 5, verbose: 2 }, model: undefined })
 * text // => 'Epoch 1/2\n'
 */
export class ProgressLogger extends Callback<ProgressLoggerConfig> {
  static readonly type = 'ProgressLogger'
  static readonly aliases = ['ProgbarLogger']
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  /** The least time between two draws of the bar in milliseconds, so that figures are not read for every batch. */
  override readonly batchInterval: number = 50

  /** Defined only if a bar is drawn during an epoch. */
  declare onTrainBatchEnd?: (context: CallbackContext) => HookResult

  private bar: ProgressBar | undefined
  private seen = 0
  private target: number | undefined
  private training = false

  constructor(config: ProgressLoggerConfig = {}) {
    super(config)
    this.followBatches(this.options.verbose ?? 1)
  }

  override onTrainBegin({ params }: CallbackContext): void {
    this.training = true
    this.followBatches(this.verbose(params))
  }

  override onTrainEnd(): void {
    this.training = false
  }

  override onEpochBegin({ epoch, params }: CallbackContext): void {
    this.begin(params)
    if (this.verbose(params) !== 0 && params.epochs > 1) this.write(`Epoch ${epoch + 1}/${params.epochs}\n`)
  }

  override onEpochEnd({ logs }: CallbackContext): void {
    this.end(logs)
  }

  override onTestBegin({ params }: CallbackContext): void {
    if (!this.training) this.begin(params)
  }

  override onTestBatchEnd(context: CallbackContext): void {
    if (!this.training) this.advance(context, context.logs)
  }

  override onTestEnd({ logs }: CallbackContext): void {
    if (!this.training) this.end(logs)
  }

  override onPredictBegin({ params }: CallbackContext): void {
    this.begin(params)
  }

  override onPredictBatchEnd(context: CallbackContext): void {
    this.advance(context, {})
  }

  override onPredictEnd(): void {
    this.end({})
  }

  private get write(): Write {
    return this.options.write ?? standardOutput()
  }

  private verbose(params: FitParams): 0 | 1 | 2 {
    return this.options.verbose ?? params.verbose
  }

  private followBatches(verbose: 0 | 1 | 2): void {
    if (verbose === 1) this.onTrainBatchEnd = (context) => this.advance(context, context.logs)
    else delete this.onTrainBatchEnd
  }

  private begin(params: FitParams): void {
    this.seen = 0
    // an unknown number of steps is known after the first epoch
    this.target = params.steps ?? this.target
    this.bar = new ProgressBar({
      target: this.target,
      verbose: this.verbose(params),
      write: this.write,
      clock: this.options.clock,
    })
  }

  private advance({ step, params }: CallbackContext, logs: CallbackContext['logs']): void {
    this.seen = step + 1
    if (this.verbose(params) === 1) this.bar?.update(this.seen, logs, false)
  }

  private end(logs: CallbackContext['logs']): void {
    if (!this.bar) return
    this.target ??= this.seen
    this.bar.target = this.target
    this.bar.update(this.target, logs, true)
  }
}
