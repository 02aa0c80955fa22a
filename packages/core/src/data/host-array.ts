import { type DType, formatShape, type Shape, sizeOf, Tensor, type TypedArray } from '@gradus/tensor'
import { hostArray } from '@gradus/tensor/internals'
import { describeValue } from '../config/describe.ts'
import { DataError } from '../errors.ts'
import type { ArrayData, HostArray, NestedNumbers, NumberArray } from './dataset.ts'

/** Whether `value` is a host array: `{ data, shape, dtype }`. */
export function isHostArray(value: unknown): value is HostArray {
  if (typeof value !== 'object' || value === null || value instanceof Tensor) return false
  return 'data' in value && 'shape' in value && 'dtype' in value && ArrayBuffer.isView(value.data)
}

/**
 * What a user gave as values with a shape. Nested numbers and floats become float32, booleans bool, whole-number arrays
 * int32 (`Uint32Array` uint32), unless `dtype` says otherwise; a tensor keeps its dtype. A tensor on a backend that
 * cannot be read at once gives a promise. Throws `DataError` with the place, such as `x[3][1]`, for ragged rows, values
 * that are no numbers, and numbers that do not fit `dtype`.
 *
 * @example
 * import { toHostArray } from '@gradus/core'
 * const array = toHostArray([[1, 2], [3, 4], [5, 6]], 'x')
 * array.shape // => [3, 2]
 */
export function toHostArray(value: Exclude<ArrayData, Tensor>, name: string, dtype?: DType): HostArray
export function toHostArray(value: ArrayData, name: string, dtype?: DType): HostArray | Promise<HostArray>
export function toHostArray(value: ArrayData, name: string, dtype?: DType): HostArray | Promise<HostArray> {
  if (value instanceof Tensor) {
    // A copy, because the backend may use the memory behind the view again.
    const wrap = (data: TypedArray) =>
      castHostArray({ data: data.slice() as TypedArray, shape: value.shape, dtype: value.dtype }, name, dtype)
    return value.storage.memory.readSync ? wrap(value.dataSync()) : value.data().then(wrap)
  }
  if (isHostArray(value)) {
    if (value.data.length !== sizeOf(value.shape)) {
      throw new DataError(
        `${name} has ${value.data.length} values and the shape ${formatShape(value.shape)}, which holds ${sizeOf(value.shape)}. The counts must agree.`,
      )
    }
    return castHostArray(value, name, dtype)
  }
  if (isNumberArray(value)) return castHostArray(bare(value), name, dtype)
  if (Array.isArray(value)) return fromNested(value as readonly NestedNumbers[], name, dtype)
  throw new DataError(
    `${name} is ${describeValue(value)}; expected nested arrays of numbers, a typed array, a tensor or { data, shape, dtype }.`,
  )
}

/** The values under another dtype. Throws `DataError` for a number that does not fit, with its place. */
export function castHostArray(array: HostArray, name: string, dtype: DType | undefined): HostArray {
  if (dtype === undefined || dtype === array.dtype) return array
  const data = hostArray(dtype, array.data.length)
  for (let i = 0; i < data.length; i++) {
    const number = array.data[i]!
    if (!fits(number, dtype)) throw unfit(number, dtype, placeOf(name, array.shape, i))
    data[i] = number
  }
  return { data, shape: array.shape, dtype }
}

function isNumberArray(value: unknown): value is NumberArray {
  return (
    ArrayBuffer.isView(value) &&
    !(value instanceof DataView) &&
    !(value instanceof BigInt64Array) &&
    !(value instanceof BigUint64Array)
  )
}

function bare(array: NumberArray): HostArray {
  const shape = [array.length]
  if (array instanceof Float32Array) return { data: array, shape, dtype: 'float32' }
  if (array instanceof Float64Array) return { data: array, shape, dtype: 'float64' }
  if (array instanceof Uint32Array) return { data: array, shape, dtype: 'uint32' }
  if (array instanceof Int32Array) return { data: array, shape, dtype: 'int32' }
  return { data: Int32Array.from(array), shape, dtype: 'int32' }
}

function fromNested(value: readonly NestedNumbers[], name: string, dtype: DType | undefined): HostArray {
  const shape: number[] = []
  let level: NestedNumbers | undefined = value
  while (Array.isArray(level) || isNumberArray(level)) {
    shape.push((level as ArrayLike<unknown>).length)
    level = (level as ArrayLike<NestedNumbers>)[0]
  }
  const target = dtype ?? (typeof level === 'boolean' ? 'bool' : 'float32')
  const data = hostArray(target, sizeOf(shape))
  let offset = 0
  const indices: number[] = [] // of the value in hand, for messages
  const place = () => name + indices.map((index) => `[${index}]`).join('')
  const fill = (entry: unknown, axis: number): void => {
    if (axis === shape.length) {
      const number = typeof entry === 'boolean' ? Number(entry) : entry
      if (typeof number !== 'number') {
        if (Array.isArray(entry) || isNumberArray(entry)) throw ragged(entry, undefined, place(), name)
        throw new DataError(`${place()} is ${describeValue(entry)}; expected a number.`)
      }
      if (!fits(number, target)) throw unfit(number, target, place())
      data[offset++] = number
      return
    }
    const list = entry as ArrayLike<unknown>
    if (!Array.isArray(entry) && !isNumberArray(entry)) {
      throw new DataError(
        `${place()} is ${describeValue(entry)}; expected ${shape[axis]} values, as at the places before it.`,
      )
    }
    if (list.length !== shape[axis]) throw ragged(list, shape[axis], place(), name)
    for (let i = 0; i < list.length; i++) {
      indices[axis] = i
      fill(list[i], axis + 1)
    }
    indices.length = axis
  }
  fill(value, 0)
  return { data, shape, dtype: target }
}

function ragged(list: ArrayLike<unknown>, expected: number | undefined, place: string, name: string): DataError {
  const wanted = expected === undefined ? 'a number' : `${expected} values, as at the places before it`
  return new DataError(
    `${place} has ${list.length} values; expected ${wanted}. All rows of ${name} must be equally long.`,
  )
}

function fits(number: number, dtype: DType): boolean {
  if (dtype === 'float32' || dtype === 'float64') return true
  if (!Number.isInteger(number)) return false
  if (dtype === 'bool') return number === 0 || number === 1
  return dtype === 'int32' ? number === (number | 0) : number === number >>> 0
}

function unfit(number: number, dtype: DType, place: string): DataError {
  const expected = {
    bool: '0 or 1',
    int32: 'a whole number from -2147483648 to 2147483647',
    uint32: 'a whole number from 0 to 4294967295',
  }
  return new DataError(
    `${place} is ${number}, which is no ${dtype}: expected ${expected[dtype as keyof typeof expected]}.`,
  )
}

function placeOf(name: string, shape: Shape, index: number): string {
  let place = ''
  let rest = index
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    place = `[${rest % shape[axis]!}]${place}`
    rest = Math.floor(rest / shape[axis]!)
  }
  return name + place
}
