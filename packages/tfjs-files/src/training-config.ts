import { describeValue, FormatError, isPlainObject } from '@gradus/core'

type Config = Readonly<Record<string, unknown>>

/** Options of our optimizers in TensorFlow.js, with our defaults. */
const optimizers: Readonly<
  Record<string, (options: Config, rate: number) => readonly [className: string, config: Config]>
> = {
  Adam: ({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 }, learningRate) => [
    'Adam',
    { learningRate, beta1, beta2, epsilon },
  ],
  Adamax: ({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 }, learningRate) => [
    'Adamax',
    { learningRate, beta1, beta2, epsilon, decay: 0 },
  ],
  SGD: ({ momentum = 0, nesterov = false }, learningRate) =>
    momentum === 0 ? ['SGD', { learningRate }] : ['Momentum', { learningRate, momentum, useNesterov: nesterov }],
  RMSprop: ({ rho = 0.9, momentum = 0, epsilon = 1e-7, centered = false }, learningRate) => [
    'RMSProp',
    { learningRate, decay: rho, momentum, epsilon, centered },
  ],
  Adagrad: ({ initialAccumulatorValue = 0.1 }, learningRate) => ['Adagrad', { learningRate, initialAccumulatorValue }],
  Adadelta: ({ rho = 0.95, epsilon = 1e-7 }, learningRate) => ['Adadelta', { learningRate, rho, epsilon }],
}

const losses = /* @__PURE__ */ (() =>
  new Set(
    (
      'mean_squared_error mean_absolute_error mean_absolute_percentage_error mean_squared_logarithmic_error squared_hinge hinge ' +
      'categorical_hinge logcosh categorical_crossentropy sparse_categorical_crossentropy binary_crossentropy ' +
      'kullback_leibler_divergence poisson cosine_proximity'
    ).split(' '),
  ))()
const metrics = /* @__PURE__ */ (() =>
  new Set(
    (
      'accuracy acc binary_accuracy categorical_accuracy sparse_categorical_accuracy precision recall mse mae mape cosine ' +
      'mean_squared_error mean_absolute_error mean_absolute_percentage_error categorical_crossentropy ' +
      'sparse_categorical_crossentropy binary_crossentropy'
    ).split(' '),
  ))()
const otherNames: Readonly<Record<string, string>> = {
  mse: 'mean_squared_error',
  mae: 'mean_absolute_error',
  mape: 'mean_absolute_percentage_error',
  msle: 'mean_squared_logarithmic_error',
  log_cosh: 'logcosh',
  kldivergence: 'kullback_leibler_divergence',
  k_l_divergence: 'kullback_leibler_divergence',
}

/**
 * Translates the options of `compile` into the `trainingConfig` of TensorFlow.js. `rate` is the present learning rate. Throws
 * `FormatError` for what TensorFlow.js does not have.
 */
export function trainingConfig(compiled: Config, rate: number | undefined): Config {
  const { optimizer, loss, metrics: given, lossWeights, weightedMetrics } = compiled
  const {
    optimizer: type = optimizer,
    learningRate = rate,
    ...options
  } = (isPlainObject(optimizer) ? optimizer : {}) as Config
  const name = Object.keys(optimizers).find((known) => known.toLowerCase() === String(type).toLowerCase())
  // the state holds it as float32
  const isGiven = typeof learningRate === 'number' && rate === Math.fround(learningRate)
  const current = isGiven ? learningRate : (rate ?? learningRate)
  if (name === undefined) throw missing(`no optimizer ${String(type)}`)
  if (typeof current !== 'number' || isPlainObject(learningRate))
    throw missing('no schedules of learning rates in files')
  if (options['nesterov'] === true) throw missing('another momentum of Nesterov')
  if (options['amsgrad'] === true) throw missing('no option amsgrad')
  if (lossWeights !== undefined || weightedMetrics !== undefined)
    throw missing('no weights of losses and metrics in files')
  const [className, config] = optimizers[name]!(options, current)
  return {
    loss: named('loss', loss, losses),
    metrics: given === undefined ? [] : named('metric', given, metrics),
    optimizer_config: { class_name: className, config },
  }
}

function named(kind: 'loss' | 'metric', value: unknown, known: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => named(kind, item, known))
  if (isPlainObject(value) && typeof value[kind] !== 'string')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, named(kind, item, known)]))
  const { [kind]: type = value, name: _, ...options } = (isPlainObject(value) ? value : {}) as Config
  const snake = String(type)
    .replace(/(?<=[a-z])[A-Z]/g, '_$&')
    .toLowerCase()
  const cosine = kind === 'loss' ? 'cosine_proximity' : 'cosine'
  const other = snake === 'cosine_similarity' ? cosine : (otherNames[snake] ?? snake)
  const found = known.has(snake) ? snake : other
  const set = Object.entries(options).find(([, option]) => option !== undefined && option !== false && option !== 0)
  if (typeof type === 'string' && known.has(found) && set === undefined) return found
  throw missing(`no ${kind} ${String(type)}${set ? ` with ${set[0]} ${describeValue(set[1])}` : ''}`)
}

function missing(what: string): FormatError {
  return new FormatError(
    `TensorFlow.js has ${what}. Save the model without the options of compile: await model.export('model.json', { formats: [tfjsModel] }).`,
  )
}
