import { isPlainObject, snakeCase } from '@gradus/core'
import { asKeras3 } from './keras2.ts'
import type { Config } from './object.ts'

/**
 * Rewrites the `training_config` that Keras 2 and TensorFlow.js save, and Keras 3 in HDF5 files, as the `compile_config` of Keras 3.
 */
export function compileConfigOf(training: Config): Config {
  const { optimizer_config: optimizer, loss, loss_weights, metrics, weighted_metrics } = training
  return {
    optimizer: optimizerOf(optimizer),
    loss: lossOf(loss),
    loss_weights,
    metrics: metricsOf(metrics),
    weighted_metrics: metricsOf(weighted_metrics),
  }
}

/** Options that say nothing about the update. */
const unused = ['jit_compile', 'is_legacy_optimizer', 'schedule_decay']

function optimizerOf(value: unknown): unknown {
  if (!isPlainObject(value) || typeof value['class_name'] !== 'string') return value
  const className = value['class_name'].replace(/^Custom>/, '')
  const { registered_name: _, module: __, ...object } = value
  const config = isPlainObject(value['config']) ? value['config'] : {}
  // TensorFlow.js writes the names of options in camelCase
  const named = Object.entries(config).map(([key, item]) => [snakeCase(key), item] as const)
  const {
    lr,
    decay,
    use_nesterov: nesterov,
    learning_rate: given = lr,
    ...options
  } = Object.fromEntries(
    named.filter(([key]) => !unused.includes(key) && (config['use_ema'] || !key.startsWith('ema_'))),
  )
  // in TensorFlow.js the class is called RMSProp, and its `decay` is rho; otherwise `decay` lowers the rate
  const isRho = className === 'RMSProp'
  const lowered = !isRho && typeof decay === 'number' && decay !== 0 && typeof given === 'number'
  const rate = lowered ? inverseTimeDecay(given, decay) : given
  return {
    ...object,
    module: 'keras.optimizers',
    class_name: Object.hasOwn(optimizerNames, className) ? optimizerNames[className] : className,
    config: {
      ...(asKeras3(options) as Config),
      ...(rate !== undefined && { learning_rate: rate }),
      ...(isRho && decay !== undefined && { rho: decay }),
      ...(nesterov !== undefined && { nesterov }),
    },
  }
}

const optimizerNames: Readonly<Record<string, string>> = { RMSProp: 'RMSprop', Momentum: 'SGD' }

function inverseTimeDecay(rate: number, decay: number): Config {
  return {
    module: 'keras.optimizers.schedules',
    class_name: 'InverseTimeDecay',
    config: { initial_learning_rate: rate, decay_steps: 1, decay_rate: decay },
  }
}

/** The name in Keras 3 of a loss and metric that has other names in Keras 2 and TensorFlow.js. */
const cosine = 'cosine_similarity'

/** Replaces metrics that stand for a function by its name. Keras 2 has a list for each output, also for a single one. */
function metricsOf(value: unknown): unknown {
  if (value === 'cosine' || value === 'cosine_proximity') return cosine
  if (Array.isArray(value) && value.length === 1 && Array.isArray(value[0])) return metricsOf(value[0])
  if (Array.isArray(value)) return value.map(metricsOf)
  if (!isPlainObject(value)) return value
  const { class_name: className, config } = value
  if (typeof className !== 'string') return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, metricsOf(v)]))
  const { fn, name } = (isPlainObject(config) ? config : {}) as Config
  if (!/MetricWrapper$/.test(className) || typeof fn !== 'string') return value
  if (name === 'accuracy' || name === 'acc') return name // which accuracy it is follows from the shapes
  return { module: 'keras.metrics', class_name: fn, config: typeof name === 'string' ? { name } : {} }
}

/** Removes from losses the reduction `auto`, which is the default, and the name of the function. */
function lossOf(value: unknown): unknown {
  if (value === 'cosine_proximity') return cosine
  if (Array.isArray(value)) return value.map(lossOf)
  if (!isPlainObject(value)) return value
  const entries = Object.entries(value).filter(
    ([key, item]) => key !== 'fn' && !(key === 'reduction' && item === 'auto'),
  )
  return Object.fromEntries(entries.map(([key, item]) => [key, lossOf(item)]))
}
