import { FormatError } from '@gradus/core'
import type { DType } from '@gradus/tensor'
import type { KerasObject } from './object.ts'

/** What a Keras class is here. */
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

// The first word of a module path that tells; schedules live below optimizers, so they come first.
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

/** Whether a class is one of Keras's, rather than one that somebody else wrote and registered. */
export function isKeras({ module, registeredName }: KerasObject): boolean {
  return module === undefined ? registeredName === undefined : /^(keras|tf_keras|tensorflow)\b/.test(module)
}

/** What an object is, by its module, or else by where it was found. */
export function kindOf(object: KerasObject, expected: KerasKind | undefined): KerasKind {
  const { module, className, registeredName } = object
  if (isKeras(object) && modelClasses.includes(className)) return 'model'
  const words = isKeras(object) ? (module?.split('.') ?? []) : []
  const known = kindOfWord.find(([word]) => words.includes(word))?.[1]
  const kind = known ?? expected
  if (kind) return kind
  throw new FormatError(
    `The class ${registeredName ?? className} of the module ${module ?? '(none)'} is none of Keras's layers, optimizers and so on, ` +
      'and where it stands does not tell what it is. Replace it in the config by a spec, such as { layer: name, ...options }.',
  )
}

/** The type under which an object's class is known here: Keras's own name, or `package/Name` for others. */
export function typeOf({ className, registeredName }: KerasObject): string {
  return registeredName?.includes('>') ? registeredName.replace('>', '/') : className
}

/** What the value of an option should be, by the option's name. */
export function expectedKind(option: string): KerasKind | undefined {
  if (/(^|_)(layer|cell|cells)$/.test(option)) return 'layer'
  if (/(^|_)optimizer$/.test(option)) return 'optimizer'
  if (option === 'learning_rate') return 'schedule'
  const word = /(?:^|_)(initializer|regularizer|constraint|activation)$/.exec(option)?.[1]
  return word as KerasKind | undefined
}

const specialNames: Readonly<Record<string, string>> = {
  clipnorm: 'clipNorm',
  clipvalue: 'clipValue',
  global_clipnorm: 'globalClipNorm',
  keepdims: 'keepDims',
  batch_input_shape: 'inputShape',
  // A spec of a layer has its type under `layer`, so what a wrapper wraps needs another name.
  layer: 'inner',
}

/** Keras's name of an option as ours: `kernel_initializer` is `kernelInitializer`, `beta_1` is `beta1`. */
export function optionName(name: string): string {
  if (Object.hasOwn(specialNames, name)) return specialNames[name]!
  return name.replace(/(?<=.)_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

// Dtypes that are called the same here.
const sameDTypes: readonly string[] = ['uint32', 'bool', 'float16', 'float32', 'float64'] satisfies DType[]

/** The dtype that stands for one of Keras's: int32 for integers of other widths. Throws `FormatError` for others. */
export function dtypeOfKeras(name: string): DType {
  if (sameDTypes.includes(name)) return name as DType
  if (/^u?int\d+$/.test(name)) return 'int32'
  throw new FormatError(`The dtype ${name} of Keras is not known here. Save the model with float32.`)
}

// Options whose texts are names from a fixed list, which are camelCase here.
const enumerated = new Set(
  (
    'reduction data_format mode distribution output_mode fill_mode summation_method class_aggregation score_mode merge_mode ' +
    'interpolation padding pad_mode standardize crop_mode dtype'
  ).split(' '),
)

export function optionValue(option: string, value: string): string {
  return enumerated.has(option) ? optionName(value) : value
}

// Options whose null is a value.
const whenNull: Readonly<Record<string, string>> = { merge_mode: 'none', reduction: 'none' }

/** What null says as the value of an option; null where it says that the option is not set. */
export function nullOf(option: string): string | null {
  return Object.hasOwn(whenNull, option) ? whenNull[option]! : null
}

// Options that say nothing with these values: Keras writes them when they were not asked for. With any other value they are
// kept, so that building the object reports them.
const meaningless: Readonly<Record<string, readonly unknown[]>> = {
  synchronized: [false],
  trainable: [true],
  jit_compile: [true, false, 'auto'],
  is_legacy_optimizer: [false],
  // of recurrent layers of Keras 2
  implementation: [1, 2],
  time_major: [false],
}
const meaninglessOf: Readonly<Partial<Record<KerasKind, Readonly<Record<string, readonly unknown[]>>>>> = {
  layer: { dtype: ['float32'] },
  model: { dtype: ['float32'] },
  loss: { dtype: ['float32'], axis: [-1] },
  metric: { dtype: ['float32', 'int32'], axis: [-1] },
}

/** Whether an option may be left out. `value` is translated already. */
export function canDrop(kind: KerasKind, type: string, option: string, value: unknown): boolean {
  if (value === null || value === undefined) return true
  if (kind === 'schedule' && option === 'name') return [type, 'SGDRDecay', 'PiecewiseConstant'].includes(String(value))
  const defaults =
    meaninglessOf[kind]?.[option] ?? (Object.hasOwn(meaningless, option) ? meaningless[option] : undefined)
  return defaults?.includes(value) ?? false
}
