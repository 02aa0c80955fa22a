import { ProgressLogger } from '@gradus/callbacks'
import type { CallbackContext, CallbackHooks, CallbackModel, FitParams, Logs } from '@gradus/core'

type HookName = Exclude<keyof CallbackHooks, 'state' | 'restore' | 'batchInterval'>
type BatchEnd = 'onTrainBatchEnd' | 'onTestBatchEnd' | 'onPredictBatchEnd'

/** The context of a hook that changes; -1 and no figures where nothing is given. */
export interface HookArguments {
  readonly epoch?: number
  readonly step?: number
  readonly logs?: Logs
}

/** Calls the hooks of several callbacks, one after the other. */
export class Hooks {
  // of callbacks with a `batchInterval`: when they were called last, and which have been passed over since
  private readonly calledAt = new Map<CallbackHooks, number>()
  private readonly behind = new Set<CallbackHooks>()

  constructor(
    private readonly callbacks: readonly CallbackHooks[],
    private readonly model: CallbackModel,
    private readonly params: FitParams,
  ) {}

  /** Whether a callback wants to be called every time. */
  has(...names: readonly HookName[]): boolean {
    return this.callbacks.some((callback) => names.some((name) => callback[name] && !isSparing(callback, name)))
  }

  /** Notes that batches have ended. Whether a callback wants to be called now. */
  ended(name: BatchEnd): boolean {
    const listening = this.callbacks.filter((callback) => callback[name])
    for (const callback of listening) if (isSparing(callback, name)) this.behind.add(callback)
    return listening.some((callback) => this.isDue(callback, name))
  }

  /** Calls all callbacks that want to be called now. */
  async call(name: HookName, given: HookArguments = {}): Promise<void> {
    await this.callChosen(name, given, (callback) => this.isDue(callback, name))
  }

  /** After the last batch: calls the callbacks that were passed over. */
  async catchUp(name: BatchEnd, given: HookArguments): Promise<void> {
    await this.callChosen(name, given, (callback) => isSparing(callback, name) && this.behind.has(callback))
  }

  private async callChosen(
    name: HookName,
    { epoch = -1, step = -1, logs = {} }: HookArguments,
    chosen: (callback: CallbackHooks) => boolean,
  ): Promise<void> {
    const context: CallbackContext = { model: this.model, epoch, step, logs, params: this.params }
    for (const callback of this.callbacks) {
      if (!callback[name] || !chosen(callback)) continue
      if (isSparing(callback, name)) {
        this.calledAt.set(callback, performance.now())
        this.behind.delete(callback)
      }
      const waiting = callback[name]?.(context)
      if (waiting) await waiting
    }
  }

  private isDue(callback: CallbackHooks, name: HookName): boolean {
    if (!isSparing(callback, name)) return true
    const last = this.calledAt.get(callback) ?? Number.NEGATIVE_INFINITY
    return performance.now() - last >= (callback.batchInterval ?? 0)
  }
}

/** Whether a callback may be passed over by a hook. */
function isSparing(callback: CallbackHooks, name: HookName): boolean {
  return name.endsWith('BatchEnd') && (callback.batchInterval ?? 0) > 0
}

/** How much is printed; `auto` is a progress bar. */
export type Verbose = FitParams['verbose'] | 'auto'

export function verbosity(verbose: Verbose = 'auto'): FitParams['verbose'] {
  return verbose === 'auto' ? 1 : verbose
}

/** What prints the progress: nothing where it is to be silent. */
export function progressLoggers(verbose: FitParams['verbose']): ProgressLogger[] {
  return verbose === 0 ? [] : [new ProgressLogger({ verbose })]
}
