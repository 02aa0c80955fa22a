import { camelCase } from './src/recorded.ts'

/** A serialized object of Keras, without options that are not set. */
export interface KerasObject {
  readonly class_name: string
  readonly config: Readonly<Record<string, unknown>>
}

/** The spec of a Keras object of a kind, for `registry.parse`. */
export function specOfKeras(kind: string, { class_name, config }: KerasObject): Record<string, unknown> {
  // in specs the key that names the kind holds the type
  const entries = Object.entries(optionsOfKeras(config)).map(([key, value]) => [key === kind ? 'inner' : key, value])
  return { [kind]: class_name, ...Object.fromEntries(entries) }
}

/** Options under the names of Gradus, with specs in place of Keras objects. */
export function optionsOfKeras(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [camelCase(key), valueOf(key, value)]))
}

function valueOf(key: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((entry) => valueOf(key, entry))
  if (typeof value !== 'object' || value === null || !('class_name' in value)) return value
  const kind = /(initializer|regularizer|constraint)$/.exec(key)?.[1] ?? 'layer'
  return specOfKeras(kind, value as KerasObject)
}
