import { ProgressLogger } from '@gradus/callbacks'
import {
  type CallbackContext,
  type CallbackHooks,
  type CallbackModel,
  DataError,
  type FitParams,
  type FitProgress,
  type FitState,
  type Logs,
} from '@gradus/core'
import type { NoHook } from './callback-list.ts'
import { checkFitState } from './fit-place.ts'

type HookName = Exclude<keyof CallbackHooks, NoHook | 'onResume'>
type BatchEnd = 'onTrainBatchEnd' | 'onTestBatchEnd' | 'onPredictBatchEnd'

/** The parts of a `CallbackContext` that differ between calls; by default -1 and no figures. */
export interface HookArguments {
  readonly epoch?: number
  readonly step?: number
  readonly logs?: Logs
}

/** Calls the hooks of several callbacks, one after the other. */
export class Hooks {
  // for throttled callbacks: the time of the last call, and those that have been skipped since
  private readonly calledAt = new Map<CallbackHooks, number>()
  private readonly skipped = new Set<CallbackHooks>()
  /** Train steps so far, and their number at the last call of callbacks that count them. */
  private steps = 0
  private readonly calledAtStep = new Map<CallbackHooks, number>()
  /** What callbacks want to save after the current hook. */
  private readonly saves: ((state: FitState) => void | Promise<void>)[] = []

  /** With `stateOf`, which returns the state of a run without its callbacks, callbacks may save the run. */
  constructor(
    private readonly callbacks: readonly CallbackHooks[],
    private readonly model: CallbackModel,
    private readonly params: FitParams,
    private readonly stateOf?: () => Promise<Omit<FitState, 'callbacks' | 'stopped'>>,
  ) {
    for (const callback of callbacks.filter(Object.isExtensible)) {
      // not enumerable, because callbacks with equal options are equal
      for (const [key, value] of Object.entries({ model, params }))
        Object.defineProperty(callback, key, { value, writable: true, configurable: true })
    }
  }

  private readonly progress: FitProgress = { checkpoint: (save) => void this.saves.push(save) }

  /**
   * Returns the state at which a run continues: the given one, or else that of the first callback that has one. The states of
   * the callbacks are restored.
   */
  async resume(given: FitState | undefined): Promise<FitState | undefined> {
    let state = given
    for (const callback of this.callbacks) state ??= await callback.onResume?.(this.context({}))
    if (state === undefined) return undefined
    checkFitState('fit', state)
    const { stateful } = this
    if (state.callbacks.length !== stateful.length) {
      throw new DataError(
        `The saved run of fit has the states of ${state.callbacks.length} callbacks, and this one has ${stateful.length} callbacks with a state. Give the callbacks of the saved run, in their order.`,
      )
    }
    for (const [index, callback] of stateful.entries()) callback.restore!(state.callbacks[index])
    return state
  }

  private get stateful(): CallbackHooks[] {
    return this.callbacks.filter(({ state, restore }) => state !== undefined && restore !== undefined)
  }

  /** The number of steps until a callback that counts them is to be called. */
  get stepsLeft(): number {
    const left = this.callbacks.map((callback) =>
      callback.onTrainBatchEnd && callback.batchCount
        ? callback.batchCount - (this.steps - (this.calledAtStep.get(callback) ?? 0))
        : Number.POSITIVE_INFINITY,
    )
    return Math.max(1, Math.min(...left))
  }

  /** Whether some callback must be called every time. */
  has(...names: readonly HookName[]): boolean {
    return this.callbacks.some((callback) => names.some((name) => callback[name] && !isThrottled(callback, name)))
  }

  /** Records the end of batches. Returns whether some callback is to be called now. */
  batchEnded(name: BatchEnd, count = 1): boolean {
    if (name === 'onTrainBatchEnd') this.steps += count
    const listening = this.callbacks.filter((callback) => callback[name])
    for (const callback of listening)
      if (isThrottled(callback, name) && !callback.batchCount) this.skipped.add(callback)
    return listening.some((callback) => this.isDue(callback, name))
  }

  /** Calls a hook of all callbacks, except of those that are throttled. */
  async call(name: HookName, given: HookArguments = {}): Promise<void> {
    await this.callChosen(name, given, (callback) => this.isDue(callback, name))
  }

  /** Calls a hook of the callbacks that were skipped at the last batch. */
  async callSkipped(name: BatchEnd, given: HookArguments): Promise<void> {
    await this.callChosen(name, given, (callback) => isThrottled(callback, name) && this.skipped.has(callback))
  }

  private async callChosen(
    name: HookName,
    given: HookArguments,
    chosen: (callback: CallbackHooks) => boolean,
  ): Promise<void> {
    const context = this.context(given)
    for (const callback of this.callbacks) {
      if (!callback[name] || !chosen(callback)) continue
      if (isThrottled(callback, name)) {
        this.calledAt.set(callback, performance.now())
        this.calledAtStep.set(callback, this.steps)
        this.skipped.delete(callback)
      }
      const promise = callback[name]?.(context)
      if (promise) await promise
    }
    if (this.saves.length > 0) await this.saveState()
  }

  private context({ epoch = -1, step = -1, logs = {} }: HookArguments): CallbackContext {
    const { model, params, progress } = this
    return { model, epoch, step, logs, params, ...(this.stateOf && { progress }) }
  }

  private async saveState(): Promise<void> {
    const callbacks = this.stateful.map((callback) => callback.state!())
    const state = { ...(await this.stateOf!()), callbacks, stopped: this.model.stopTraining }
    for (const save of this.saves.splice(0)) await save(state)
  }

  private isDue(callback: CallbackHooks, name: HookName): boolean {
    if (!isThrottled(callback, name)) return true
    const { batchCount } = callback
    if (batchCount) return this.steps - (this.calledAtStep.get(callback) ?? 0) >= batchCount
    const last = this.calledAt.get(callback) ?? Number.NEGATIVE_INFINITY
    return performance.now() - last >= (callback.batchInterval ?? 0)
  }
}

/** Whether calls of a hook of a callback are throttled by its `batchInterval` or `batchCount`. */
function isThrottled(callback: CallbackHooks, name: HookName): boolean {
  return name.endsWith('BatchEnd') && ((callback.batchInterval ?? 0) > 0 || (callback.batchCount ?? 0) > 0)
}

/** How much is printed: nothing (0), a progress bar (1, `auto`), a line per epoch (2). */
export type Verbose = FitParams['verbose'] | 'auto'

/** Replaces `auto` by its meaning. */
export function verbosity(verbose: Verbose = 'auto'): FitParams['verbose'] {
  return verbose === 'auto' ? 1 : verbose
}

/** The callbacks that print progress: none for 0. */
export function progressLoggers(verbose: FitParams['verbose']): ProgressLogger[] {
  return verbose === 0 ? [] : [new ProgressLogger({ verbose })]
}
