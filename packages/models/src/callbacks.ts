import { ProgressLogger } from '@gradus/callbacks'
import type { CallbackContext, CallbackHooks, CallbackModel, FitParams, Logs } from '@gradus/core'

type HookName = Exclude<keyof CallbackHooks, 'state' | 'restore' | 'batchInterval'>
type BatchEnd = 'onTrainBatchEnd' | 'onTestBatchEnd' | 'onPredictBatchEnd'

/** What a hook is told; -1 and no figures where nothing is given. */
export interface Moment {
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

  /** Whether anyone wants to be called every time. */
  has(...names: readonly HookName[]): boolean {
    return this.callbacks.some((callback) => names.some((name) => callback[name] && !isSparing(callback, name)))
  }

  /** Takes note that batches have ended. Whether anyone wants to be called now. */
  ended(name: BatchEnd): boolean {
    const listening = this.callbacks.filter((callback) => callback[name])
    for (const callback of listening) if (isSparing(callback, name)) this.behind.add(callback)
    return listening.some((callback) => this.isDue(callback, name))
  }

  /** Calls everyone who wants to be called now. */
  async call(name: HookName, moment: Moment = {}): Promise<void> {
    await this.tell(name, moment, (callback) => this.isDue(callback, name))
  }

  /** After the last batch: calls those that were passed over. */
  async catchUp(name: BatchEnd, moment: Moment): Promise<void> {
    await this.tell(name, moment, (callback) => isSparing(callback, name) && this.behind.has(callback))
  }

  private async tell(
    name: HookName,
    { epoch = -1, step = -1, logs = {} }: Moment,
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
