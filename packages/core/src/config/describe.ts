import { formatShape, Tensor } from '@gradus/tensor'
import { isPlainObject } from '../structure.ts'
import type { Field, FieldType } from './fields.ts'

/** A short rendering of a value for an error message. */
export function describeValue(value: unknown): string {
  if (typeof value === 'function') {
    if (isClass(value)) return `the class ${value.name}, not an instance of it`
    const named = namedOf(value)
    return named ? `the ${named.kind} ${named.type}` : 'a function'
  }
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'symbol') return String(value)
  if (value instanceof Tensor) return tensorText(value)
  const named = namedOf(value)
  if (named) return `the ${named.kind} ${named.type}`
  const isInstance = typeof value === 'object' && value !== null && !Array.isArray(value) && !isPlainObject(value)
  const text = isInstance ? instanceText(value) : jsonOf(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

/** A name from data in quotes, for an error message; of a long one, the start. */
export function describeName(name: string): string {
  return `'${name.length > 100 ? `${name.slice(0, 97)}...` : name}'`
}

/** A promise is what a forgotten `await` leaves; other instances are shown as they show themselves, or by their class. */
function instanceText(value: object): string {
  if (typeof (value as { then?: unknown }).then === 'function') return 'a promise (put await before it)'
  const text = ArrayBuffer.isView(value) ? '' : String(value)
  if (text && !text.startsWith('[object')) return text
  const tag = Object.prototype.toString.call(value).slice(8, -1)
  return withArticle(tag === 'Object' ? (value.constructor?.name ?? 'object') : tag)
}

function withArticle(name: string): string {
  return `${/^[aeiou]/i.test(name) ? 'an' : 'a'} ${name}`
}

/** Messages show no more entries of a value, levels of nesting, and characters of a text. */
const mostShown = 64

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(excerpt(value, { left: mostShown }, [])) ?? String(value)
  } catch {
    return Array.isArray(value) ? 'a list' : 'an object' // circular, too deep, or with a bigint in it
  }
}

/** The beginning of data, in which values that JSON does not have are texts. Throws for data that contains itself. */
function excerpt(value: unknown, budget: { left: number }, around: readonly unknown[]): unknown {
  if (around.includes(value) || around.length > mostShown) throw new RangeError('nested too deep')
  if (budget.left-- <= 0) return null
  if (typeof value === 'string') return value.slice(0, mostShown)
  if (value instanceof Tensor) return tensorText(value)
  if (typeof value === 'function' || (typeof value === 'number' && !Number.isFinite(value))) return describeValue(value)
  if (Array.isArray(value)) return value.slice(0, mostShown).map((entry) => excerpt(entry, budget, [...around, value]))
  if (isPlainObject(value)) {
    const entries = Object.entries(value).slice(0, mostShown)
    return Object.fromEntries(entries.map(([key, entry]) => [key, excerpt(entry, budget, [...around, value])]))
  }
  const isInstance = typeof value === 'object' && value !== null && typeof (value as Date).toJSON !== 'function'
  return isInstance ? describeValue(value) : value
}

function tensorText({ dtype, shape }: Tensor): string {
  return `a ${dtype}${formatShape(shape)} tensor`
}

/** Whether a value is a class rather than another function. */
export function isClass(value: object): boolean {
  return 'prototype' in value && Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false
}

/** The kind and type of a configured instance or a named function; undefined for everything else. */
export function namedOf(value: unknown): { readonly kind: string; readonly type: string } | undefined {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function') || !('kind' in value))
    return undefined
  if (typeof value === 'object' && !('config' in value)) return undefined
  const { kind, type } = value as { kind?: unknown; type?: unknown }
  return typeof kind === 'string' && typeof type === 'string' ? { kind, type } : undefined
}

/** The allowed values of a field in words: `an integer or a list of numbers`. */
export function describeField(field: Field): string {
  if (typeof field === 'string') return describeType(field)
  if ('or' in field && field.or) {
    const { or, ...rest } = field
    return [describeField(rest), ...or.map((value) => JSON.stringify(value))].join(' or ')
  }
  if (!('length' in field)) {
    const { oneOf, type = 'unknown', min, above } = field
    const finite = field.max === Number.MAX_VALUE
    const max = finite ? undefined : field.max
    if (oneOf) return `one of ${oneOf.map((value) => JSON.stringify(value)).join(', ')}`
    if (min === 1 && field.max === undefined && type === 'integer') return 'a positive whole number'
    const limits = [
      ...(above === undefined ? [] : [`larger than ${above}`]),
      ...(field.below === undefined ? [] : [`smaller than ${field.below}`]),
      ...(min !== undefined && max !== undefined ? [`from ${min} to ${max}`] : []),
      ...(min !== undefined && max === undefined ? [`at least ${min}`] : []),
      ...(min === undefined && max !== undefined ? [`at most ${max}`] : []),
      ...(finite ? ['and finite'] : []),
    ]
    return [describeField(type), ...limits].join(' ')
  }
  return field.map(describeType).join(' or ')
}

function describeType(type: FieldType): string {
  if (type === 'shape') return 'a list of dimensions'
  if (type === 'numbers' || type === 'strings') return `a list of ${type}`
  if (type === 'numbersByName') return 'an object with numbers'
  return withArticle(type)
}
