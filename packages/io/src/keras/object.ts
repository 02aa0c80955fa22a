import { describeValue, FormatError } from '@gradus/core'

export type Config = Readonly<Record<string, unknown>>

/** An object as `keras.saving.serialize_keras_object` gives it. */
export interface KerasObject {
  readonly module: string | undefined
  readonly className: string
  readonly config: unknown
  /** `package>Name` for classes that are not Keras's. */
  readonly registeredName: string | undefined
  readonly raw: Config
}

/** The object behind `{ class_name, config, ... }`; undefined for anything else. */
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

/** The object behind `value`, which messages call `what`. Throws `FormatError` for anything else. */
export function objectOf(value: unknown, what: string): KerasObject {
  const object = asKerasObject(value)
  if (object) return object
  throw new FormatError(`${describeKeras(value)} stands where ${what} was expected: { class_name, config }.`)
}

export function configOf({ config, className }: KerasObject): Config {
  if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config as Config
  throw new FormatError(`The config of a ${className} is ${describeKeras(config)}; expected an object.`)
}

export function listOf(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new FormatError(`The ${where} are ${describeKeras(value)}; expected a list.`)
}

export function isShape(value: unknown): value is (number | null)[] {
  return Array.isArray(value) && value.length > 0 && value.every((d) => d === null || Number.isInteger(d))
}

/** What messages call an object: its class, and its name where it has one. */
export function titleOf({ className, config }: KerasObject): string {
  const name = (config as Config | null)?.['name']
  return typeof name === 'string' ? `the ${className} '${name}'` : `a ${className}`
}

export function describeKeras(value: unknown): string {
  const object = asKerasObject(value)
  return object ? `a ${object.className}` : describeValue(value)
}
