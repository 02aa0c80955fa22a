import { FormatError, isPlainObject, requireBoundedJson } from '@gradus/core'
import { type Config, describeKeras } from './object.ts'
import { isOperationName } from './operation.ts'

/** A saved model: the config of Keras, with what the file says about it. */
export interface SavedModel {
  /** The config of the model, or another object of Keras. */
  readonly config: unknown
  /** Whether options have the meaning of Keras 2, which is that of TensorFlow.js too. */
  readonly keras2: boolean
  /** The options of `compile` in the form of Keras 2. */
  readonly training?: Config
}

/**
 * Finds the config of the model in the forms in which Keras and TensorFlow.js save it: a config alone; `model_config` and
 * `training_config` of an HDF5 file; the model.json of TensorFlow.js, whose `modelTopology` is one of these. Throws `FormatError` for a graph
 * model and for a model of Keras 1.
 */
export function savedModel(value: unknown): SavedModel {
  if (!isPlainObject(value) || typeof value['class_name'] === 'string') return named(value, value, undefined)
  const topology = value['modelTopology'] ?? value
  refuseGraphModel(value, topology)
  if (!isPlainObject(topology)) {
    throw new FormatError(
      `The modelTopology of a model.json is ${describeKeras(topology)}; expected the config of a model.`,
    )
  }
  const config = textOrObject(topology['model_config'], 'model_config') ?? topology
  const training = textOrObject(topology['training_config'] ?? value['trainingConfig'], 'training_config')
  const saved = named(config, topology, isPlainObject(training) ? training : undefined)
  // HDF5 files and converters of Keras 3 leave out the modules of classes; files that are written here have those of operations
  const complete = saved.keras2 || config === topology || topology['backend'] === 'gradus'
  return complete ? saved : { ...saved, config: withModules(saved.config) }
}

/**
 * Gives the operations between layers a module: some have the names of layers, but the config of such a layer says whether it is
 * trainable.
 */
function withModules(value: unknown): unknown {
  if (!isPlainObject(value) || !isPlainObject(value['config'])) return value
  const { config, module, inbound_nodes: calls } = value
  if (Array.isArray(config['layers']))
    return { ...value, config: { ...config, layers: config['layers'].map(withModules) } }
  const isLayer = module !== undefined || 'trainable' in config || !isOperationName(String(value['class_name']))
  return isLayer || !Array.isArray(calls) || calls.length === 0 ? value : { ...value, module: 'keras.src.ops.numpy' }
}

function named(config: unknown, file: unknown, training: Config | undefined): SavedModel {
  const version = versionIn(file) ?? versionIn(config)
  if (version === undefined ? hasKeras1Options(config) : /^[01]\./.test(version)) {
    throw new FormatError('The model was saved by Keras 1; save it again with Keras 2 or 3. Keras 2 can load it.')
  }
  const keras2 = version === undefined ? looksLikeKeras2(config) : !/^([3-9]|\d\d)/.test(version)
  return { config, keras2, ...(training && { training }) }
}

function versionIn(file: unknown): string | undefined {
  const version = isPlainObject(file) ? file['keras_version'] : undefined
  return typeof version === 'string' ? version : undefined
}

/** HDF5 files hold the configs as texts. */
function textOrObject(value: unknown, name: string): unknown {
  if (typeof value !== 'string') return value ?? undefined
  requireBoundedJson(value, `The ${name}`, FormatError)
  try {
    return JSON.parse(value)
  } catch (cause) {
    throw new FormatError(`The ${name} is not JSON: ${(cause as Error).message}. Save the model again.`, { cause })
  }
}

function refuseGraphModel(file: Config, topology: unknown): void {
  const isGraph = file['format'] === 'graph-model' || (isPlainObject(topology) && Array.isArray(topology['node']))
  if (!isGraph) return
  throw new FormatError(
    'The file is a graph model of TensorFlow.js: a frozen graph of TensorFlow operations without layers, which cannot be read or trained here. ' +
      'Convert the original Keras model with tensorflowjs_converter --output_format tfjs_layers_model, or read its .keras or .h5 file.',
  )
}

const keras1Options = [
  'W_regularizer',
  'W_constraint',
  'b_regularizer',
  'nb_filter',
  'border_mode',
  'dim_ordering',
  'inner_init',
]

function hasKeras1Options(value: unknown): boolean {
  return someObject(value, (object) => keras1Options.some((key) => Object.hasOwn(object, key)))
}

/** A config without a version is that of Keras 3 if an object in it has what only Keras 3 writes. */
function looksLikeKeras2(config: unknown): boolean {
  const keras3 = (object: Config) => Object.hasOwn(object, 'batch_shape') || object['class_name'] === 'DTypePolicy'
  const keras2 = (object: Config) => Object.hasOwn(object, 'batch_input_shape') || object['class_name'] === 'Policy'
  if (someObject(config, keras3)) return false
  return someObject(config, keras2) || !someObject(config, (object) => typeof object['module'] === 'string')
}

/** Whether a plain object at any depth has a property. The depth of the value is bounded. */
function someObject(value: unknown, has: (object: Config) => boolean): boolean {
  if (Array.isArray(value)) return value.some((item) => someObject(item, has))
  if (!isPlainObject(value)) return false
  return has(value) || Object.values(value).some((item) => someObject(item, has))
}
