import { FormatError, type LayerSpec, type ModelSpec } from '@gradus/core'
import { functionalSpec, inputSpec, sequentialSpec } from './model.ts'
import { canDrop, expectedKind, type KerasKind, kindOf, nullOf, optionName, optionValue, typeOf } from './names.ts'
import { asKerasObject, type KerasObject } from './object.ts'

/**
 * What `keras.saving.serialize_keras_object` gives, as specs: `{ module: 'keras.layers', class_name: 'Dense', config:
 * { units: 5 } }` is `{ layer: 'Dense', units: 5 }`. Names of options are camelCase, what Keras left at null is left out, and
 * models become a `ModelSpec`. Options that are not known here stay, so that building the object reports them; the wrapped
 * layer of wrappers such as `TimeDistributed` is called `inner`. Throws `FormatError` for what has no form here.
 *
 * @example
 * import { fromKeras } from '@gradus/io'
 * const saved = { module: 'keras.layers', class_name: 'Dense', config: { name: 'd', units: 5, use_bias: false, bias_constraint: null } }
 * fromKeras(saved) // => { layer: 'Dense', name: 'd', units: 5, useBias: false }
 */
export function fromKeras(value: unknown): unknown {
  return translate(value, '')
}

/** How a model was compiled, as data: strings and specs, which the model's registry resolves. */
export interface CompileSpec {
  readonly optimizer?: unknown
  readonly loss?: unknown
  readonly lossWeights?: unknown
  readonly metrics?: unknown
  readonly weightedMetrics?: unknown
}

/** The `compile_config` of a saved Keras model; undefined for a model that was not compiled. */
export function compileFromKeras(model: unknown): CompileSpec | undefined {
  const compiled = (model as { compile_config?: Record<string, unknown> } | null)?.compile_config
  if (!compiled || Object.keys(compiled).length === 0) return undefined
  const parts = ['optimizer', 'loss', 'loss_weights', 'metrics', 'weighted_metrics']
    .filter((key) => compiled[key] !== null && compiled[key] !== undefined)
    .map((key) => [optionName(key), translate(compiled[key], key, kindOfPart[key])])
  return Object.fromEntries(parts) as CompileSpec
}

const kindOfPart: Readonly<Record<string, KerasKind>> = {
  optimizer: 'optimizer',
  loss: 'loss',
  metrics: 'metric',
  weighted_metrics: 'metric',
}

/** `option` is the name under which the value stands, `expected` the kind of objects that belong there. */
function translate(value: unknown, option: string, expected: KerasKind | undefined = expectedKind(option)): unknown {
  if (typeof value === 'string') return optionValue(option, value)
  if (Array.isArray(value)) return value.map((entry) => translate(entry, option, expected))
  if (typeof value !== 'object' || value === null) return value
  const object = asKerasObject(value)
  if (object) return translateObject(object, expected)
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, translate(entry, option, expected)]))
}

function translateObject(object: KerasObject, expected: KerasKind | undefined): unknown {
  const { className, config, module } = object
  if (className.startsWith('__') || module === 'builtins') return builtin(object)
  if (className === 'DTypePolicy') return optionValue('dtype', String((config as { name?: unknown } | null)?.name))
  if (className === 'function' || typeof config === 'string') return config
  return kindOf(object, expected) === 'model' ? modelSpec(object) : definitionSpec(object, expected)
}

/** Values of Python that JSON has no form for. */
function builtin({ className, config, raw }: KerasObject): unknown {
  if (className === 'function' && typeof config === 'string') return config
  if (className === '__tuple__' && Array.isArray(raw['items'])) return raw['items'].map((item) => translate(item, ''))
  if (className === '__tensor__' || className === '__numpy__') return (config as { value?: unknown } | null)?.value
  throw new FormatError(
    `A ${className} of Python cannot be translated. Save the model without it, with a named function or class instead.`,
  )
}

function modelSpec(object: KerasObject): ModelSpec {
  if (object.className === 'Sequential') return sequentialSpec(object, translateLayer)
  const layers = (object.config as { layers?: unknown } | null)?.layers
  if (Array.isArray(layers)) return functionalSpec(object, translateLayer)
  throw new FormatError(
    `The model ${object.registeredName ?? object.className} is a class of its own in Python, so its config does not say what it computes. ` +
      'Only Sequential and functional models can be translated.',
  )
}

function translateLayer(object: KerasObject): LayerSpec | ModelSpec {
  if (object.className === 'InputLayer') return inputSpec(object)
  return translateObject(object, 'layer') as LayerSpec | ModelSpec
}

function definitionSpec(object: KerasObject, expected: KerasKind | undefined): unknown {
  const kind = kindOf(object, expected)
  if (kind === 'layer' && object.className === 'InputLayer') return inputSpec(object)
  const type = typeOf(object)
  const options = Object.entries((object.config ?? {}) as Record<string, unknown>)
    .map(([option, value]) => [option, value === null ? nullOf(option) : translate(value, option)] as const)
    .filter(([option, value]) => !canDrop(kind, type, option, value))
  return { [kind]: type, ...Object.fromEntries(options.map(([option, value]) => [optionName(option), value])) }
}
