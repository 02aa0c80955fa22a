import { camelCase } from './src/recorded.ts'

/** An object of Keras as it is serialized, without what is not set. */
export interface KerasObject {
  readonly class_name: string
  readonly config: Readonly<Record<string, unknown>>
}

/** The spec of a Keras object of `kind`, as `registry.parse` takes it. */
export function specOfKeras(kind: string, { class_name, config }: KerasObject): Record<string, unknown> {
  // in specs the key of the kind holds the type
  const entries = Object.entries(optionsOfKeras(config)).map(([key, value]) => [key === kind ? 'inner' : key, value])
  return { [kind]: class_name, ...Object.fromEntries(entries) }
}

/** Options under the names that they have here, with specs in them. */
export function optionsOfKeras(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [camelCase(key), valueOf(key, value)]))
}

function valueOf(key: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((entry) => valueOf(key, entry))
  if (typeof value !== 'object' || value === null || !('class_name' in value)) return value
  const kind = /(initializer|regularizer|constraint)$/.exec(key)?.[1] ?? 'layer'
  return specOfKeras(kind, value as KerasObject)
}
