import { formatShape, sizeOf, type Tensor } from '@gradus/tensor'
import { describeValue } from '../config/describe.ts'
import { DataError } from '../errors.ts'
import type { ArrayData, HostArray, HostValues, InputData, NestedStrings, StringArray, StringData } from './dataset.ts'
import { isHostArray, maxNesting, nestedTooDeep, toHostArray } from './host-array.ts'

/** Whether `value` is a string array: `{ data, shape, dtype: 'string' }`. */
export function isStringArray(value: unknown): value is StringArray {
  return typeof value === 'object' && value !== null && 'dtype' in value && value.dtype === 'string'
}

/** Whether `value` is a host array or a string array. */
export function isHostValues(value: unknown): value is HostValues {
  return isHostArray(value) || isStringArray(value)
}

/**
 * Like `toHostArray`, but accepts strings too: nested strings become a string array. Throws `DataError` for ragged rows and for
 * a mixture of strings and other values.
 *
 * @example
 * import { toHostValues } from '@gradus/core'
 * toHostValues([['a', 'b']], 'x').shape // => [1, 2]
 */
export function toHostValues(value: Exclude<InputData, Tensor>, name: string): HostValues
export function toHostValues(value: InputData, name: string): HostValues | Promise<HostArray>
export function toHostValues(value: InputData, name: string): HostValues | Promise<HostArray> {
  if (isStringArray(value)) {
    if (!Array.isArray(value.data) || !value.data.every((entry) => typeof entry === 'string')) {
      throw new DataError(
        `${name} has dtype string and its data is ${describeValue(value.data)}; expected a list of strings.`,
      )
    }
    if (value.data.length === sizeOf(value.shape)) return value
    throw new DataError(
      `${name} has ${value.data.length} strings and the shape ${formatShape(value.shape)}, which holds ${sizeOf(value.shape)}. The counts must agree.`,
    )
  }
  return holdsStrings(value, name) ? fromNested(value, name) : toHostArray(value as ArrayData, name)
}

/** Returns the values if they are numbers. Throws `DataError` for strings. */
export function requireNumbers(values: HostValues, name: string): HostArray {
  if (!isStringArray(values)) return values
  throw new DataError(
    `${name} holds strings, such as ${describeValue(values.data[0])}; expected numbers. Convert them with a layer that runs on the host, such as StringLookup.`,
  )
}

function holdsStrings(value: unknown, name: string): value is StringData {
  let first = value
  for (let depth = 0; Array.isArray(first); depth++) {
    if (depth >= maxNesting) throw nestedTooDeep(name)
    first = first[0]
  }
  return typeof first === 'string'
}

function fromNested(value: StringData, name: string): StringArray {
  const shape: number[] = []
  for (let level: unknown = value; Array.isArray(level); level = level[0]) shape.push(level.length)
  const data: string[] = []
  const fill = (entry: NestedStrings | undefined, axis: number, position: string): void => {
    if (axis === shape.length) {
      if (typeof entry !== 'string') throw new DataError(`${position} is ${describeValue(entry)}; expected a string.`)
      data.push(entry)
      return
    }
    if (!Array.isArray(entry) || entry.length !== shape[axis]) {
      throw new DataError(
        `${position} is ${describeValue(entry)}; expected ${shape[axis]} values, as in the rows before it.`,
      )
    }
    entry.forEach((inner: NestedStrings, index) => fill(inner, axis + 1, `${position}[${index}]`))
  }
  fill(value as NestedStrings, 0, name)
  return { data, shape, dtype: 'string' }
}
