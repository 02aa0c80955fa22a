import { FormatError } from '@gradus/core'
import type { DType } from '@gradus/tensor'
import type { KerasObject } from './object.ts'

/** The kind of a Keras class. */
export type KerasKind =
  | 'model'
  | 'layer'
  | 'initializer'
  | 'regularizer'
  | 'constraint'
  | 'activation'
  | 'optimizer'
  | 'schedule'
  | 'loss'
  | 'metric'
  | 'callback'

// The kind of the classes in a module, by a word of its path. Schedules come first, because their module is below `optimizers`.
const kindOfWord: readonly (readonly [word: string, kind: KerasKind])[] = [
  ['schedules', 'schedule'],
  ['layers', 'layer'],
  ['initializers', 'initializer'],
  ['regularizers', 'regularizer'],
  ['constraints', 'constraint'],
  ['activations', 'activation'],
  ['optimizers', 'optimizer'],
  ['losses', 'loss'],
  ['metrics', 'metric'],
  ['callbacks', 'callback'],
  ['models', 'model'],
]

const modelClasses = ['Sequential', 'Functional', 'Model']

/** Whether a class is Keras's, and not a custom class that was registered. */
function isKeras({ module, registeredName }: KerasObject): boolean {
  return module === undefined ? registeredName === undefined : /^(keras|tf_keras|tensorflow)\b/.test(module)
}

/** Returns the kind of an object: that of its module, otherwise `expected`. Throws `FormatError` if both are unknown. */
export function kindOf(object: KerasObject, expected: KerasKind | undefined): KerasKind {
  const { module, className, registeredName } = object
  if (isKeras(object) && modelClasses.includes(className)) return 'model'
  const words = isKeras(object) ? (module?.split('.') ?? []) : []
  const known = kindOfWord.find(([word]) => words.includes(word))?.[1]
  const kind = known ?? expected
  if (kind) return kind
  throw new FormatError(
    `The class ${shown(registeredName ?? className)} of the module ${shown(module ?? '(none)')} is none of Keras's layers, optimizers and so on, ` +
      'and its kind does not follow from its position in the config. Replace it in the config by a spec, such as { layer: name, ...options }.',
  )
}

function shown(name: string): string {
  return name.length > 100 ? `${name.slice(0, 100)}...` : name
}

/** The type of an object's class: Keras's name, or `package/Name` for custom classes. */
export function typeOf({ className, registeredName }: KerasObject): string {
  return registeredName?.includes('>') ? registeredName.replace('>', '/') : className
}

/** The kind of object that an option takes, from the name of the option. */
export function expectedKind(option: string): KerasKind | undefined {
  if (/(^|_)(layers?|cells?)$/.test(option)) return 'layer'
  if (/(^|_)optimizer$/.test(option)) return 'optimizer'
  if (option === 'learning_rate') return 'schedule'
  const word = /(?:^|_)(initializer|regularizer|constraint|activation)$/.exec(option)?.[1]
  return word as KerasKind | undefined
}

/** The options that have other names here. */
export const specialNames: Readonly<Record<string, string>> = {
  clipnorm: 'clipNorm',
  clipvalue: 'clipValue',
  global_clipnorm: 'globalClipNorm',
  keepdims: 'keepDims',
  posinf: 'posInf',
  neginf: 'negInf',
  batch_input_shape: 'inputShape',
  // In a spec, `layer` is the type of the layer, so the layer of a wrapper has another name.
  layer: 'inner',
}

/** Translates the name of an option: `kernel_initializer` to `kernelInitializer`, `beta_1` to `beta1`. */
export function optionName(name: string): string {
  if (Object.hasOwn(specialNames, name)) return specialNames[name]!
  return name.replace(/(?<=.)_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

// Dtypes with the same name in Keras and here.
const sameDTypes: readonly string[] = ['uint32', 'bool', 'float16', 'float32', 'float64'] satisfies DType[]

/** Translates a dtype; integers of other widths become int32. Throws `FormatError` for unknown dtypes. */
export function dtypeOfKeras(name: string): DType {
  if (sameDTypes.includes(name)) return name as DType
  if (/^u?int\d+$/.test(name)) return 'int32'
  if (name === 'bfloat16') return 'float32'
  throw new FormatError(`The dtype ${name.slice(0, 50)} of Keras is not known here. Save the model with float32.`)
}

// Options with names from a fixed list as values, which are camelCase here.
const enumerated = /* @__PURE__ */ (() =>
  new Set(
    (
      'reduction data_format mode distribution output_mode fill_mode summation_method class_aggregation score_mode merge_mode ' +
      'interpolation padding pad_mode standardize crop_mode dtype'
    ).split(' '),
  ))()

/** Whether the values of an option are names from a fixed list. */
export function isEnumerated(option: string): boolean {
  return enumerated.has(option)
}

/** Translates the value of an option. */
export function optionValue(option: string, value: string): string {
  return enumerated.has(option) ? optionName(value) : value
}

// Options for which null is a value.
const whenNull: Readonly<Record<string, string | number>> = {
  merge_mode: 'none',
  reduction: 'none',
  class_aggregation: 'none',
  rms_rate: 'none',
  adam_weight_decay: 0,
  'Muon.weight_decay': 0,
  'STFT.window': 'none',
  'STFT.scaling': 'none',
  'STFTSpectrogram.window': 'none',
  'STFTSpectrogram.scaling': 'none',
  'MelSpectrogram.window': 'none',
  'TextVectorization.standardize': 'none',
  'TextVectorization.split': 'none',
}

/** The meaning of null as the value of an option of a class; null if it means that the option is not set. */
export function nullOf(type: string, option: string): string | number | null {
  return ownValue(whenNull, option) ?? ownValue(whenNull, `${type}.${option}`) ?? null
}

// Values that Keras writes for options that were not set; such options are left out. Other values are kept, so that building the
// object reports them.
const unsetValues: Readonly<Record<string, readonly unknown[]>> = {
  synchronized: [false],
  trainable: [true],
  jit_compile: [true, false, 'auto'],
  is_legacy_optimizer: [false],
  // options of recurrent layers in Keras 2
  implementation: [1, 2],
  time_major: [false],
}
const unsetValuesOfKind: Readonly<Partial<Record<KerasKind, Readonly<Record<string, readonly unknown[]>>>>> = {
  layer: { dtype: ['float32'] },
  model: { dtype: ['float32'] },
  loss: { dtype: ['float32'] },
  metric: { dtype: ['float32'] },
  // of TensorFlow 1
  initializer: { dtype: ['float16', 'float32', 'float64', 'bfloat16'] },
}
// metrics that count integers by default, and may count weights
const integerMetrics = /IoU$/

/** Whether an option with this translated value may be left out. */
export function canDrop(kind: KerasKind, type: string, option: string, value: unknown): boolean {
  if (value === null || value === undefined) return true
  if (kind === 'schedule' && option === 'name') return [type, 'SGDRDecay', 'PiecewiseConstant'].includes(String(value))
  if (kind === 'metric' && option === 'dtype' && integerMetrics.test(type)) return value === 'int32'
  const defaults = ownValue(unsetValuesOfKind[kind] ?? {}, option) ?? ownValue(unsetValues, option)
  return defaults?.includes(value) ?? false
}

function ownValue<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}
