import { describeValue, FormatError } from '@gradus/core'

/** A plain object of a saved config. */
export type Config = Readonly<Record<string, unknown>>

/** An object in the form of `keras.saving.serialize_keras_object`. */
export interface KerasObject {
  readonly module: string | undefined
  readonly className: string
  readonly config: unknown
  /** `package>Name` for classes that are not Keras's. */
  readonly registeredName: string | undefined
  /** The object as it was saved. */
  readonly raw: Config
}

/** Returns the object for `{ class_name, config, ... }`; undefined for other values. */
export function asKerasObject(value: unknown): KerasObject | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const raw = value as Config
  if (typeof raw['class_name'] !== 'string') return undefined
  const text = (key: string) => (typeof raw[key] === 'string' ? raw[key] : undefined)
  return {
    module: text('module'),
    className: raw['class_name'],
    config: raw['config'],
    registeredName: text('registered_name'),
    raw,
  }
}

/** Like `asKerasObject`, but throws `FormatError` for other values. `title` is the name of the value in messages. */
export function objectOf(value: unknown, title: string): KerasObject {
  const object = asKerasObject(value)
  if (object) return object
  throw new FormatError(`${describeKeras(value)} is found where ${title} is expected: { class_name, config }.`)
}

/** The config of an object. Throws `FormatError` if it is not a plain object. */
export function configOf({ config, className }: KerasObject): Config {
  if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config as Config
  throw new FormatError(`The config of a ${className} is ${describeKeras(config)}; expected an object.`)
}

/** Returns a list. Throws `FormatError` for other values; `title` is their name in messages. */
export function listOf(value: unknown, title: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new FormatError(`The ${title} are ${describeKeras(value)}; expected a list.`)
}

/** Whether a value is a shape: a list of sizes, null if unknown. */
export function isShape(value: unknown): value is (number | null)[] {
  return Array.isArray(value) && value.length > 0 && value.every((d) => d === null || Number.isInteger(d))
}

/** The name of an object in messages: its class, and its name if it has one. */
export function titleOf({ className, config }: KerasObject): string {
  const name = (config as Config | null)?.['name']
  return typeof name === 'string' ? `the ${className} '${name}'` : `a ${className}`
}

/** Describes a value in messages. */
export function describeKeras(value: unknown): string {
  const object = asKerasObject(value)
  return object ? `a ${object.className}` : describeValue(value)
}
