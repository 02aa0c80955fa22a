import { ConfigError } from '../errors.ts'
import { isPlainObject } from '../structure.ts'
import { describeField, describeName, describeValue, isClass, namedOf } from './describe.ts'
import type { Field, FieldDescription, FieldTable, FieldType } from './fields.ts'
import { functionKinds } from './function-kinds.ts'
import { normalizeName, suggest } from './names.ts'

/**
 * Checks `config` against `fields`. Throws `ConfigError` for unknown options, wrong types and values out of range; the message
 * names `owner`, the option, its value and, if `path` is given, the path in the data. `null` and undefined are accepted: the
 * option is not set.
 */
export function checkFields(owner: string, config: object, fields: FieldTable, path?: string): void {
  if (!isPlainObject(config)) {
    throw new ConfigError(`${owner} takes its options in an object and got ${describeValue(config)}.`)
  }
  for (const [key, value] of Object.entries(config)) {
    if (!Object.hasOwn(fields, key)) {
      const prefix = path === undefined ? '' : `${path}.${key}: `
      throw new ConfigError(`${prefix}${owner} has no option ${describeName(key)}.${suggest(key, Object.keys(fields))}`)
    }
    const field = fields[key]!
    if (value === undefined || value === null || accepts(field, value, path !== undefined)) continue
    const subject = path === undefined ? `${owner}: '${key}'` : `${path}.${key}`
    throw new ConfigError(
      `${subject} must be ${describeField(field)} and is ${describeValue(value)}.${exampleOf(owner, key, field)}`,
    )
  }
}

/** The full description of a field: a field that is only a type becomes `{ type }`. */
export function descriptionOf(field: Field): FieldDescription {
  return typeof field === 'string' || Array.isArray(field) ? { type: field as FieldType } : (field as FieldDescription)
}

/** Returns the value of `oneOf` that `value` names, ignoring case, `_` and `-`, or undefined if there is none. */
export function choiceOf(oneOf: readonly unknown[], value: unknown): unknown {
  if (oneOf.includes(value) || typeof value !== 'string') return oneOf.includes(value) ? value : undefined
  return oneOf.find((known) => typeof known === 'string' && normalizeName(known) === normalizeName(value))
}

/** The end of an error message about an option: ` Example: new Dense({ units: 8 }).` if the field has an example. */
export function exampleOf(owner: string, key: string, field: Field): string {
  const { example } = descriptionOf(field)
  return example === undefined ? '' : ` Example: new ${owner}({ ${key}: ${example} }).`
}

/**
 * Whether a field allows the value. Names of instances are checked when they are resolved, and in data (`isData`) specs of instances
 * too.
 */
export function accepts(field: Field, value: unknown, isData = true): boolean {
  const { type, oneOf, or, min, max, above, below, among } = descriptionOf(field)
  if (oneOf) return choiceOf(oneOf, value) !== undefined
  if (or && choiceOf(or, value) !== undefined) return true
  const types = (Array.isArray(type) ? type : [type ?? 'unknown']) as readonly FieldType[]
  if (!types.some((one) => isOfType(one, value, isData, among))) return false
  const within = (x: number) =>
    (min === undefined || x >= min) &&
    (max === undefined || x <= max) &&
    (above === undefined || x > above) &&
    (below === undefined || x < below)
  const numbers = (Array.isArray(value) ? value : [value]) as readonly unknown[]
  return numbers.every((x) => typeof x !== 'number' || within(x))
}

/** Whether a type is one of values, and not a kind of instances. */
export function isBasic(type: FieldType): boolean {
  return /^(number|integer|boolean|string|function|shape|numbers|strings|numbersByName|unknown)$/.test(type)
}

function isOfType(type: FieldType, value: unknown, isData: boolean, among: FieldDescription['among']): boolean {
  switch (type) {
    case 'number':
      return isNumber(value)
    case 'integer':
      return Number.isSafeInteger(value)
    case 'boolean':
    case 'string':
    case 'function':
      return typeof value === type
    case 'shape':
      return Array.isArray(value) && value.every((d) => d === null || (Number.isSafeInteger(d) && (d as number) >= -1))
    case 'numbers':
      return Array.isArray(value) && value.every(isNumber)
    case 'strings':
      return Array.isArray(value) && value.every((x) => typeof x === 'string')
    case 'numbersByName':
      return isPlainObject(value) && Object.values(value).every(isNumber)
    case 'unknown':
      return true
    default:
      return mayBeOfKind(type, value, isData, among)
  }
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && !Number.isNaN(value)
}

// Names are resolved later, in data specs too. Where a table holds the instances there is no list of them, and functions only if
// they are what it holds, or stand for instances of the kind.
function mayBeOfKind(kind: string, value: unknown, isData: boolean, among: FieldDescription['among']): boolean {
  if (Array.isArray(value)) return (isData || !among) && value.every((one) => mayBeOfKind(kind, one, isData, among))
  if (typeof value === 'string') return true
  const named = namedOf(value)
  if (typeof value === 'function' && !isClass(value)) {
    return named
      ? named.kind === kind
      : isData || !among || Object.hasOwn(functionKinds, kind) || !Object.values(among).every(isClass)
  }
  if (typeof value !== 'object') return false
  return named ? named.kind === kind : isData
}
