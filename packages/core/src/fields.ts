import { ConfigError } from './errors.ts'
import { suggest } from './names.ts'

/**
 * What a configuration key may hold. A kind's name (`initializer`, `schedule`, ...) means an instance of it, in data also
 * its name or spec, or a list of them; `unknown` and kinds are otherwise checked by the class.
 */
export type FieldType = 'number' | 'integer' | 'boolean' | 'string' | 'shape' | 'numbers' | 'unknown' | (string & {})

/** One type, several, or a list of allowed literals. */
export type Field = FieldType | readonly FieldType[] | { readonly oneOf: readonly (string | number | boolean)[] }

/** The run-time description of a config type: one entry per key. Write `static readonly fields = {...} satisfies Fields<MyConfig>`. */
export type Fields<C> = { readonly [K in keyof Required<C>]: Field }

/**
 * Checks `config` against `fields`: unknown keys and wrong types throw `ConfigError` naming `owner`, the key and the value,
 * and the place in the data where `path` is given. `null` and undefined pass: they mean that an option is not set.
 */
export function checkFields(
  owner: string,
  config: object,
  fields: Readonly<Record<string, Field>>,
  path?: string,
): void {
  for (const [key, value] of Object.entries(config)) {
    if (!Object.hasOwn(fields, key)) {
      const place = path === undefined ? '' : `${path}.${key}: `
      throw new ConfigError(`${place}${owner} has no option '${key}'.${suggest(key, Object.keys(fields))}`)
    }
    const field = fields[key]!
    if (value !== undefined && value !== null && !matches(value, field)) {
      const place = path === undefined ? `${owner}: '${key}'` : `${path}.${key}`
      throw new ConfigError(`${place} must be ${describeField(field)} and is ${describeValue(value)}.`)
    }
  }
}

function matches(value: unknown, field: Field): boolean {
  if (Array.isArray(field)) return field.some((type) => matches(value, type as FieldType))
  if (typeof field === 'object') return (field as { oneOf: readonly unknown[] }).oneOf.includes(value)
  switch (field) {
    case 'number':
      return typeof value === 'number'
    case 'integer':
      return Number.isInteger(value)
    case 'boolean':
    case 'string':
      return typeof value === field
    case 'shape':
      return Array.isArray(value) && value.every((d) => d === null || (Number.isInteger(d) && (d as number) >= -1))
    case 'numbers':
      return Array.isArray(value) && value.every((x) => typeof x === 'number')
    case 'unknown':
      return true
    default:
      return mayBeOf(field, value)
  }
}

// Names, specs and functions are for the class to make sense of; numbers and instances of another kind never make any.
function mayBeOf(kind: string, value: unknown): boolean {
  if (Array.isArray(value)) return value.every((entry) => mayBeOf(kind, entry))
  if (typeof value === 'number' || typeof value === 'boolean') return false
  const instance = instanceName(value)
  return instance === undefined || instance.kind === kind
}

function describeField(field: Field): string {
  if (Array.isArray(field)) return field.map((type) => describeField(type as FieldType)).join(' or ')
  if (typeof field === 'object') {
    return `one of ${(field as { oneOf: readonly unknown[] }).oneOf.map((x) => JSON.stringify(x)).join(', ')}`
  }
  const article = /^[aeiou]/.test(field) ? 'an' : 'a'
  if (field === 'shape') return 'a list of dimensions'
  if (field === 'numbers') return 'a list of numbers'
  return `${article} ${field}`
}

/** A short rendering of a value for an error message. */
export function describeValue(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'symbol') return String(value)
  const instance = instanceName(value)
  if (instance) return `the ${instance.kind} ${instance.type}`
  const text = jsonOf(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return Array.isArray(value) ? 'a list' : 'an object' // circular, too deep, or with a bigint in it
  }
}

// The base class cannot be named here (it imports this file), but its instances say what they are.
function instanceName(value: unknown): { kind: string; type: string } | undefined {
  if (value === null || typeof value !== 'object' || !('config' in value)) return undefined
  const { kind, type } = value as { kind?: unknown; type?: unknown }
  return typeof kind === 'string' && typeof type === 'string' ? { kind, type } : undefined
}
