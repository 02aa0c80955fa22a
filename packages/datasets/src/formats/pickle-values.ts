import type { FormatError } from '@gradus/core'
import { ascii } from '../files/bytes.ts'
import { arrayOf, type NpyArray } from './dtype.ts'

/** What a pickle may hold. */
export type PickleValue =
  | number
  | boolean
  | null
  | string
  | Uint8Array
  | readonly PickleValue[]
  | ReadonlyMap<string, PickleValue>
  | PickledArray

/** An array of NumPy; `values` are its elements if it holds objects. */
interface PickledArray extends NpyArray {
  readonly kind: 'array'
}

/** A name in a pickle that stands for code of this reader. */
export class Name {
  constructor(readonly meaning: string) {}
}

/** An array or a dtype, as the pickle describes it. */
export class Unbuilt {
  state: readonly Item[] | undefined
  constructor(
    readonly of: 'array' | 'dtype',
    readonly dtype = '',
  ) {}
}

/** What the stack of a reader holds. */
export type Item = number | boolean | null | string | Uint8Array | Name | Unbuilt | Item[] | Map<string, Item>

type MakeError = (why: string) => FormatError

/** The text of a text or of bytes. */
export function textOf(item: Item | undefined): string {
  return item instanceof Uint8Array ? ascii(item) : String(item)
}

/** Returns the value that a pickle describes. Each list is converted once, however often the pickle refers to it. */
export function valueOf(item: Item, name: string, error: MakeError): PickleValue {
  const converted = new Map<Item[], PickleValue>()

  const convert = (value: Item | undefined, depth: number): PickleValue => {
    if (depth > 8) throw error('it is nested more than 8 deep')
    if (value instanceof Unbuilt) return array(value, depth)
    if (value instanceof Map)
      return new Map([...value].map(([key, inner]) => [key, convert(inner, depth + 1)] as const))
    if (value === undefined || value instanceof Name) throw error('it holds no data')
    if (!Array.isArray(value)) return value
    if (value.every((inner) => typeof inner === 'number')) return value
    const known = converted.get(value)
    if (known) return known
    const list = value.map((inner) => convert(inner, depth + 1))
    converted.set(value, list)
    return list
  }

  const array = (made: Unbuilt, depth: number): PickledArray => {
    const [, shape, dtype, isFortran, data] = made.state ?? []
    if (made.of !== 'array' || !Array.isArray(shape) || !(dtype instanceof Unbuilt)) {
      throw error('its array has no shape')
    }
    const sizes = shape.map((size) => (typeof size === 'number' ? size : -1))
    if (dtype.dtype.startsWith('O')) {
      const values = Array.isArray(data) ? data.map((inner) => convert(inner, depth + 1)) : []
      if (values.length !== sizes.reduce((a, b) => a * b, 1)) {
        throw error('its array has another number of values than its shape')
      }
      return { kind: 'array', shape: sizes, values }
    }
    const content = typeof data === 'string' ? Uint8Array.from(data, (c) => c.charCodeAt(0)) : data
    if (!(content instanceof Uint8Array)) throw error('its array has no bytes')
    const order = dtype.state ? textOf(dtype.state[1]) : '|'
    const descr = (order === '=' ? '<' : order) + dtype.dtype
    return { kind: 'array', ...arrayOf(descr, sizes, isFortran === true, content, name) }
  }

  return convert(item, 0)
}
