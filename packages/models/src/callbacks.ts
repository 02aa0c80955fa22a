import { ProgressLogger } from '@gradus/callbacks'
import type { CallbackContext, CallbackHooks, CallbackModel, FitParams, Logs } from '@gradus/core'

type HookName = Exclude<keyof CallbackHooks, 'state' | 'restore'>

/** Calls the hooks of several callbacks, one after the other. */
export class Hooks {
  constructor(
    private readonly callbacks: readonly CallbackHooks[],
    private readonly model: CallbackModel,
    private readonly params: FitParams,
  ) {}

  /** Whether anyone listens. */
  has(...names: readonly HookName[]): boolean {
    return this.callbacks.some((callback) => names.some((name) => callback[name]))
  }

  async call(
    name: HookName,
    { epoch = -1, step = -1, logs = {} }: { epoch?: number; step?: number; logs?: Logs } = {},
  ): Promise<void> {
    const context: CallbackContext = { model: this.model, epoch, step, logs, params: this.params }
    for (const callback of this.callbacks) {
      const waiting = callback[name]?.(context)
      if (waiting) await waiting
    }
  }
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
