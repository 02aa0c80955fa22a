import { FormatError, isPlainObject, type LayerSpec, type ModelSpec, requireBounded } from '@gradus/core'
import { asKeras3 } from './keras2.ts'
import { functionalSpec, inputSpec, sequentialSpec } from './model.ts'
import { canDrop, expectedKind, type KerasKind, kindOf, nullOf, optionName, optionValue, typeOf } from './names.ts'
import { asKerasObject, type KerasObject } from './object.ts'
import { policiesIn, policyFor, warnOfPolicies } from './policies.ts'
import { isLambda, lambdaError, requireTranslatable } from './python-code.ts'
import { savedModel } from './saved-file.ts'
import { withBatchSizes } from './stateful.ts'
import { activationLayers } from './to-names.ts'
import { compileConfigOf } from './training-config.ts'

/**
 * Translates the result of `keras.saving.serialize_keras_object` into specs: `{ module: 'keras.layers', class_name: 'Dense',
 * config: { units: 5 } }` becomes `{ layer: 'Dense', units: 5 }`, and a model becomes a `ModelSpec`. Options are renamed to
 * camelCase, and those that are null are left out. The layer of wrappers such as `TimeDistributed` is called `inner`. Unknown
 * options are kept, so that building the object reports them. Also takes the contents of a model.json of TensorFlow.js, and
 * `{ keras_version, model_config, training_config }` of an HDF5 file. Configs of Keras 2 and TensorFlow.js keep their meaning: their hard
 * sigmoid is 0.2 x + 0.5. Throws `FormatError` for objects that have no counterpart, for files of Keras 1, for graph models of
 * TensorFlow.js, and for Python lambdas, which are saved as byte code of Python.
 *
 * @example
 * import { fromKeras } from '@gradus/io'
 * const saved = { module: 'keras.layers', class_name: 'Dense', config: { name: 'd', units: 5, use_bias: false, bias_constraint: null } }
 * fromKeras(saved) // => { layer: 'Dense', name: 'd', units: 5, useBias: false }
 */
export function fromKeras(value: unknown): unknown {
  requireBounded(value, 'The Keras config', FormatError)
  const { config: saved, keras2 } = savedModel(value)
  const config = withBatchSizes(saved)
  warnOfPolicies(config)
  return translate(keras2 ? asKeras3(config) : config, '')
}

/** The options of `compile` as data: names and specs, which a registry resolves. */
export interface CompileSpec {
  readonly optimizer?: unknown
  readonly loss?: unknown
  readonly lossWeights?: unknown
  readonly metrics?: unknown
  readonly weightedMetrics?: unknown
}

/**
 * Translates the `compile_config` of a saved Keras model, or the `training_config` of Keras 2 and TensorFlow.js. Returns undefined for a
 * model that was not compiled.
 *
 * @example
 * import { compileFromKeras } from '@gradus/io'
 * compileFromKeras({ compile_config: { optimizer: 'adam', loss: 'mse' } }) // => { optimizer: 'adam', loss: 'mse' }
 */
export function compileFromKeras(model: unknown): CompileSpec | undefined {
  requireBounded(model, 'The Keras config', FormatError)
  const { config, training, keras2 } = savedModel(model)
  const own = (config as { compile_config?: Record<string, unknown> } | null)?.compile_config
  // a .keras file of Keras 2
  const old = keras2 && own?.['optimizer'] ? { ...own, optimizer_config: own['optimizer'] } : undefined
  const compiled = training || old ? compileConfigOf((training ?? old)!) : own
  if (!compiled || Object.keys(compiled).length === 0) return undefined
  const parts = ['optimizer', 'loss', 'loss_weights', 'metrics', 'weighted_metrics']
    .filter((key) => compiled[key] !== null && compiled[key] !== undefined)
    .map((key) => [optionName(key), translate(compiled[key], key, kindOfPart[key])])
  const found = Object.fromEntries(parts) as CompileSpec
  const policies = policiesIn(config)
  return policies.has('float16') || policies.has('mixed_float16')
    ? { ...found, optimizer: withoutLossScale(found.optimizer) }
    : found
}

/** An optimizer that was saved without a loss scale keeps its state without one; by default it gets a dynamic one for float16. */
function withoutLossScale(optimizer: unknown): unknown {
  if (typeof optimizer === 'string') return { optimizer, lossScaleFactor: 1 }
  if (
    !isPlainObject(optimizer) ||
    ['innerOptimizer', 'lossScaleFactor', 'optimizerMap'].some((key) => key in optimizer)
  )
    return optimizer
  return { ...optimizer, lossScaleFactor: 1 }
}

const kindOfPart: Readonly<Record<string, KerasKind>> = {
  optimizer: 'optimizer',
  loss: 'loss',
  metrics: 'metric',
  weighted_metrics: 'metric',
}

/**
 * `option` is the name of the option that has the value, `expected` the kind of objects that it takes, `owner` the class that has
 * the option.
 */
function translate(
  value: unknown,
  option: string,
  expected: KerasKind | undefined = expectedKind(option),
  owner?: string,
): unknown {
  if (typeof value === 'string') return optionValue(option, value)
  if (isLambda(value)) throw lambdaError(option, owner)
  if (Array.isArray(value)) return value.map((item) => translate(item, option, expected, owner))
  if (typeof value !== 'object' || value === null) return value
  const object = asKerasObject(value)
  if (object?.className === '__lambda__') throw lambdaError(option, owner)
  if (object) return translateObject(object, expected)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, translate(item, option, expected, owner)]))
}

function translateObject(object: KerasObject, expected: KerasKind | undefined): unknown {
  const { className, config, module } = object
  if (className.startsWith('__') || module === 'builtins') return builtin(object)
  if (className === 'DTypePolicy' || className === 'Policy')
    return optionValue('dtype', policyFor(String((config as { name?: unknown } | null)?.name)))
  if (/^(Quantized|GPTQ|AWQ).*DTypePolicy$/.test(className)) throw quantizedError(config)
  if (className === 'function' || typeof config === 'string') return functionName(config)
  const activation = expected === 'activation' ? (activationOfLayer(object) ?? hardSigmoidOfLayers(object)) : undefined
  if (activation) return activation
  return kindOf(object, expected) === 'model' ? modelSpec(object) : definitionSpec(object, expected)
}

function quantizedError(config: unknown): FormatError {
  const { mode, source_name: source } = (config ?? {}) as { readonly mode?: unknown; readonly source_name?: unknown }
  return new FormatError(
    `The model was quantized in Keras (${String(mode).slice(0, 20)} from ${String(source).slice(0, 20)}), and such weights are not read. Save it before model.quantize(...), and call model.quantize('int8') here.`,
  )
}

/** The slope of a hard sigmoid that Keras has as a stack of `Rescaling` and `ReLU`; undefined for other stacks. */
function hardSigmoidOfLayers({ className, config }: KerasObject): object | undefined {
  const layers: unknown = className === 'Sequential' && isPlainObject(config) ? config['layers'] : undefined
  const found = Array.isArray(layers)
    ? layers.map(asKerasObject).filter((layer) => layer?.className !== 'InputLayer')
    : []
  const [scaled, clipped] = found.map((layer) => (isPlainObject(layer?.config) ? layer.config : {}))
  const isOne = found.length === 2 && found[0]?.className === 'Rescaling' && found[1]?.className === 'ReLU'
  const slope = isOne && scaled?.['offset'] === 0.5 && clipped?.['max_value'] === 1 ? scaled['scale'] : undefined
  return typeof slope === 'number' ? { activation: 'hardSigmoid', slope } : undefined
}

/** An activation that is a layer in Keras, as in `Dense(4, activation=LeakyReLU(0.1))`; undefined for other objects. */
function activationOfLayer({ className, config }: KerasObject): object | undefined {
  const name = Object.keys(activationLayers).find((key) => activationLayers[key] === className)
  if (name === undefined || !isPlainObject(config)) return undefined
  const options = Object.entries(config).filter(
    ([key, value]) => value !== null && !['name', 'trainable', 'dtype'].includes(key),
  )
  return { activation: name, ...Object.fromEntries(options.map(([key, value]) => [optionName(key), value])) }
}

/** Translates Python values that Keras wraps in an object, because JSON has no form for them. */
function builtin({ className, config, raw }: KerasObject): unknown {
  if (className === 'function' && typeof config === 'string') return functionName(config)
  if (className === '__tuple__' && Array.isArray(raw['items'])) return raw['items'].map((item) => translate(item, ''))
  if (className === '__tensor__' || className === '__numpy__') return (config as { value?: unknown } | null)?.value
  throw new FormatError(
    `A ${className} of Python cannot be translated. Save the model without it, with a named function or class instead.`,
  )
}

/** The name of a function: Keras's, or `package/name` for functions that were registered. */
function functionName(name: unknown): unknown {
  return typeof name === 'string' ? name.replace('>', '/') : name
}

function modelSpec(object: KerasObject): ModelSpec {
  if (object.className === 'Sequential') return sequentialSpec(object, translateLayer)
  const layers = (object.config as { layers?: unknown } | null)?.layers
  if (Array.isArray(layers)) return functionalSpec(object, translateLayer)
  throw new FormatError(
    `The model ${object.registeredName ?? object.className} is a Python subclass, and its code is not part of the config. ` +
      'Only Sequential and functional models can be translated.',
  )
}

function translateLayer(object: KerasObject): LayerSpec | ModelSpec {
  if (object.className === 'InputLayer') return inputSpec(object)
  const spec = translateObject(object, 'layer')
  if (isPlainObject(spec)) return spec as unknown as LayerSpec | ModelSpec
  throw new FormatError(`A ${object.className} is found where a layer is expected. Save the model again.`)
}

function definitionSpec(object: KerasObject, expected: KerasKind | undefined): unknown {
  const kind = kindOf(object, expected)
  if (kind === 'layer' && object.className === 'InputLayer') return inputSpec(object)
  const type = typeOf(object)
  if (kind === 'layer') requireTranslatable(type)
  const options = Object.entries((object.config ?? {}) as Record<string, unknown>)
    .map(([option, value]) => {
      // the first axis is that of the batch
      const given = option === 'batch_input_shape' && Array.isArray(value) ? value.slice(1) : value
      const isPolicy = kind === 'layer' && option === 'dtype' && typeof given === 'string'
      if (isPolicy) return [option, optionValue(option, policyFor(given))] as const
      const kept = given === null ? nullOf(type, option) : translate(given, option, expectedKind(option), type)
      return [option, kept] as const
    })
    .filter(([option, value]) => !canDrop(kind, type, option, value))
  return { [kind]: type, ...Object.fromEntries(options.map(([option, value]) => [optionName(option), value])) }
}
