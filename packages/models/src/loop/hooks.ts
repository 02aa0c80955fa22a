import { ProgressLogger } from '@gradus/callbacks'
import {
  type CallbackContext,
  type CallbackHooks,
  type CallbackModel,
  ConfigError,
  describeValue,
  type FitParams,
  isPlainObject,
  type Logs,
  normalizeName,
  suggest,
} from '@gradus/core'

type HookName = Exclude<keyof CallbackHooks, 'state' | 'restore' | 'batchInterval'>
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

  constructor(
    private readonly callbacks: readonly CallbackHooks[],
    private readonly model: CallbackModel,
    private readonly params: FitParams,
  ) {}

  /** Whether some callback must be called every time. */
  has(...names: readonly HookName[]): boolean {
    return this.callbacks.some((callback) => names.some((name) => callback[name] && !isThrottled(callback, name)))
  }

  /** Records the end of a batch. Returns whether some callback is to be called now. */
  batchEnded(name: BatchEnd): boolean {
    const listening = this.callbacks.filter((callback) => callback[name])
    for (const callback of listening) if (isThrottled(callback, name)) this.skipped.add(callback)
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
    { epoch = -1, step = -1, logs = {} }: HookArguments,
    chosen: (callback: CallbackHooks) => boolean,
  ): Promise<void> {
    const context: CallbackContext = { model: this.model, epoch, step, logs, params: this.params }
    for (const callback of this.callbacks) {
      if (!callback[name] || !chosen(callback)) continue
      if (isThrottled(callback, name)) {
        this.calledAt.set(callback, performance.now())
        this.skipped.delete(callback)
      }
      const promise = callback[name]?.(context)
      if (promise) await promise
    }
  }

  private isDue(callback: CallbackHooks, name: HookName): boolean {
    if (!isThrottled(callback, name)) return true
    const last = this.calledAt.get(callback) ?? Number.NEGATIVE_INFINITY
    return performance.now() - last >= (callback.batchInterval ?? 0)
  }
}

/** Whether calls of a hook of a callback are throttled by its `batchInterval`. */
function isThrottled(callback: CallbackHooks, name: HookName): boolean {
  return name.endsWith('BatchEnd') && (callback.batchInterval ?? 0) > 0
}

/** How much is printed: nothing (0), a progress bar (1, `auto`), a line per epoch (2). */
export type Verbose = FitParams['verbose'] | 'auto'

/** Replaces `auto` by its meaning. */
export function verbosity(verbose: Verbose = 'auto'): FitParams['verbose'] {
  return verbose === 'auto' ? 1 : verbose
}

/** Returns the option `callbacks`. Throws `ConfigError` for values that are not callbacks in a list. */
export function callbacksIn(option: readonly CallbackHooks[]): readonly CallbackHooks[] {
  if (!Array.isArray(option)) {
    throw new ConfigError('The option callbacks is a list, as in { callbacks: [new EarlyStopping()] }.')
  }
  for (const callback of option) {
    if (typeof callback !== 'object' || callback === null) {
      throw noCallback(callback)
    }
    checkHooks(callback)
  }
  return option as readonly CallbackHooks[]
}

function noCallback(value: unknown): ConfigError {
  return new ConfigError(
    `callbacks holds ${describeValue(value)}; expected instances, or objects with hooks such as { onEpochEnd }.`,
  )
}

const allHooks: Readonly<Record<HookName, true>> = {
  onTrainBegin: true,
  onTrainEnd: true,
  onEpochBegin: true,
  onEpochEnd: true,
  onTrainBatchBegin: true,
  onTrainBatchEnd: true,
  onTestBegin: true,
  onTestEnd: true,
  onTestBatchBegin: true,
  onTestBatchEnd: true,
  onPredictBegin: true,
  onPredictEnd: true,
  onPredictBatchBegin: true,
  onPredictBatchEnd: true,
}

/** Hooks of Keras with another name here, as `normalizeName` returns them. */
const aliases: Readonly<Record<string, string>> = { onbatchbegin: 'onTrainBatchBegin', onbatchend: 'onTrainBatchEnd' }

/** Throws `ConfigError` for hooks that are misspelt, which would never be called, and for hooks that are not functions. */
function checkHooks(callback: object): void {
  const isPlain = isPlainObject(callback)
  const hookNames = Object.keys(allHooks)
  let found = false
  for (const key of keysOf(callback)) {
    const value = (callback as Record<string, unknown>)[key]
    if (hookNames.includes(key)) {
      found = true
      if (value === undefined || (typeof value === 'function' && value.length < 2)) continue
      const what = typeof value === 'function' ? `takes ${value.length} arguments` : `is ${describeValue(value)}`
      throw new ConfigError(
        `callbacks: ${key} ${what}; expected a function of one object, as in ${key}({ epoch, step, logs, model }).`,
      )
    }
    const name = normalizeName(key)
    const meant = hookNames.find((hook) => normalizeName(hook) === name) ?? aliases[name]
    if (meant) throw new ConfigError(`callbacks: there is no hook '${key}'. Did you mean '${meant}'?`)
    if ((isPlain ? /^on[A-Z_]/ : /^on_?(train|test|predict|epoch|batch)/i).test(key)) {
      throw new ConfigError(`callbacks: there is no hook '${key}'.${suggest(key, hookNames)}`)
    }
  }
  if (!found && (isPlain || Array.isArray(callback))) throw noCallback(callback)
}

/** The names of the members of an object, also of those of its classes. */
function keysOf(callback: object): Set<string> {
  const keys = new Set<string>()
  for (let level: object | null = callback; level && level !== Object.prototype; level = Object.getPrototypeOf(level)) {
    for (const key of Object.getOwnPropertyNames(level)) if (key.startsWith('on')) keys.add(key)
  }
  return keys
}

/** The callbacks that print progress: none for 0. */
export function progressLoggers(verbose: FitParams['verbose']): ProgressLogger[] {
  return verbose === 0 ? [] : [new ProgressLogger({ verbose })]
}
