import { ConfigError } from './errors.ts'
import { suggest } from './names.ts'

/** What a configuration key may hold. A kind's name (`initializer`, `schedule`, ...) means an instance of it, or its name or spec. */
export type FieldType = 'number' | 'integer' | 'boolean' | 'string' | 'shape' | 'numbers' | 'unknown' | (string & {})

/** One type, several, or a list of allowed literals. */
export type Field = FieldType | readonly FieldType[] | { readonly oneOf: readonly (string | number | boolean)[] }

/** The run-time description of a config type: one entry per key. Write `static readonly fields = {...} satisfies Fields<MyConfig>`. */
export type Fields<C> = { readonly [K in keyof Required<C>]: Field }

/** Checks `config` against `fields`: unknown keys and wrong types throw `ConfigError` naming `owner`, the key and the value. */
export function checkFields(owner: string, config: object, fields: Readonly<Record<string, Field>>): void {
  for (const [key, value] of Object.entries(config)) {
    const field = fields[key]
    if (!field) throw new ConfigError(`${owner} has no option '${key}'.${suggest(key, Object.keys(fields))}`)
    if (value !== undefined && value !== null && !matches(value, field)) {
      throw new ConfigError(`${owner}: '${key}' must be ${describeField(field)} and is ${describeValue(value)}.`)
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
    default:
      return true // kinds are resolved, and 'unknown' is checked, by the owner
  }
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
  if (typeof value === 'number') return String(value)
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
