import { FormatError } from '@gradus/core'
import { expectedKind, isEnumerated, type KerasKind, nullOf, specialNames } from './names.ts'

/** The modules of Keras's classes. */
const modules: Readonly<Partial<Record<string, string>>> = {
  layer: 'keras.layers',
  initializer: 'keras.initializers',
  regularizer: 'keras.regularizers',
  constraint: 'keras.constraints',
  optimizer: 'keras.optimizers',
  schedule: 'keras.optimizers.schedules',
  loss: 'keras.losses',
  metric: 'keras.metrics',
}

/** The modules of classes that Keras does not export. */
const innerModules: Readonly<Record<string, string>> = {
  ConvLSTMCell: 'keras.src.layers.rnn.conv_lstm',
  CustomScaleLayer: 'keras.src.applications.inception_resnet_v2',
  LayerScale: 'keras.src.applications.convnext',
}

/** Options that Keras reads without a default, with the values that they have here by default. */
export const requiredOptions: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  Constant: { value: 0 },
  OptimizerMap: { optimizer_map: {} },
  Rescaling: { offset: 0 },
  TextVectorization: { standardize: 'lower_and_strip_punctuation', split: 'whitespace', ngrams: null },
}

/** Classes of Gradus that Keras does not have. */
const onlyHere: readonly string[] = ['Cyclic', 'OneCycle', 'RAdam', 'TernaryDense']

/** The layers of Keras that are activation functions with options, by the names of these functions here. */
export const activationLayers: Readonly<Record<string, string>> = {
  leakyRelu: 'LeakyReLU',
  elu: 'ELU',
  relu: 'ReLU',
  softmax: 'Softmax',
}

const keptNames = /* @__PURE__ */ (() => new Map(Object.entries(specialNames).map(([keras, own]) => [own, keras])))()

/** The name of an option in Keras: `kernelInitializer` is `kernel_initializer`, `beta1` is `beta_1`. */
export function kerasOptionName(name: string): string {
  const kept = keptNames.get(name)
  if (kept !== undefined && kept !== 'batch_input_shape') return kept
  return snakeName(name).replace(/(^|_)(beta|epsilon)(?=\d)/, '$1$2_')
}

/** A name in snake case: `glorotUniform` is `glorot_uniform`. */
export function snakeName(name: string): string {
  return name.replace(/(?<=.)[A-Z]/g, (letter) => `_${letter}`).toLowerCase()
}

/** The value of an option in Keras, for texts; null where a text stands for it here. */
export function kerasOptionValue(type: string, option: string, value: string): string | null {
  if (nullOf(type, option) === value) return null
  const kind = expectedKind(option)
  const isName = isEnumerated(option) || (kind !== undefined && kind !== 'layer')
  return isName ? snakeName(value) : value
}

/** An object in Keras's form. The class of a custom type, `acme/Scale`, is registered in Keras as `acme>Scale`. */
export function kerasObject(kind: KerasKind, type: string, config: object): Record<string, unknown> {
  const slash = type.lastIndexOf('/')
  const module = modules[kind]
  if (module === undefined)
    throw new FormatError(`The ${kind} ${type} cannot be written in a file of Keras. Save the model as .safetensors.`)
  if (onlyHere.includes(type)) {
    console.warn(
      `Keras has no ${kind} ${type}, so it opens the file only with a class of that name: keras.models.load_model(path, custom_objects={"${type}": ...}).`,
    )
  }
  const place = Object.hasOwn(innerModules, type) ? innerModules[type] : module
  if (slash < 0) return { module: place, class_name: type, config, registered_name: null }
  const name = type.slice(slash + 1)
  return { module: null, class_name: name, config, registered_name: `${type.slice(0, slash)}>${name}` }
}
