import { type CallbackHooks, ConfigError, describeValue, isPlainObject, normalizeName, suggest } from '@gradus/core'

/** The members of callbacks that are not hooks. */
export type NoHook = 'state' | 'restore' | 'batchInterval' | 'batchCount'

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

const allHooks: Readonly<Record<Exclude<keyof CallbackHooks, NoHook>, true>> = {
  onResume: true,
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
