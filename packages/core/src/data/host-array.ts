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
 * Converts an input to a host array. Without `dtype`, nested numbers become float32, nested booleans bool, integer arrays int32
 * (`Uint32Array` uint32), and other typed arrays and tensors keep their dtype. Returns a promise for a tensor on a backend
 * without synchronous reads. Throws `DataError` with the position, such as `x[3][1]`, for ragged rows, values that are not
 * numbers, and numbers that do not fit `dtype`.
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
    // a copy, because the backend may reuse the memory of the view
    const wrap = (data: TypedArray) =>
      castHostArray({ data: data.slice() as TypedArray, shape: value.shape, dtype: value.dtype }, name, dtype)
    return value.storage.readsAtOnce ? wrap(value.dataSync()) : value.data().then(wrap)
  }
  if (isHostArray(value)) {
    if (value.data.length !== sizeOf(value.shape)) {
      throw new DataError(
        `${name} has ${value.data.length} values and the shape ${formatShape(value.shape)}, which holds ${sizeOf(value.shape)}. The counts must agree.`,
      )
    }
    return castHostArray(value, name, dtype)
  }
  if (isNumberArray(value)) return castHostArray(fromTypedArray(value), name, dtype)
  if (Array.isArray(value)) return fromNested(value as readonly NestedNumbers[], name, dtype)
  throw new DataError(
    `${name} is ${describeValue(value)}; expected nested arrays of numbers, a typed array, a tensor or { data, shape, dtype }.`,
  )
}

/** The array cast to another dtype. Throws `DataError` with its position for a number that does not fit. */
export function castHostArray(array: HostArray, name: string, dtype: DType | undefined): HostArray {
  if (dtype === undefined || dtype === array.dtype) return array
  const data = hostArray(dtype, array.data.length)
  for (let i = 0; i < data.length; i++) {
    const number = array.data[i]!
    if (!fits(number, dtype)) throw notRepresentable(number, dtype, positionText(name, array.shape, i))
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

function fromTypedArray(array: NumberArray): HostArray {
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
  const indices: number[] = [] // position of the current value, for messages
  const position = () => name + indices.map((index) => `[${index}]`).join('')
  const fill = (entry: unknown, axis: number): void => {
    if (axis === shape.length) {
      const number = typeof entry === 'boolean' ? Number(entry) : entry
      if (typeof number !== 'number') {
        if (Array.isArray(entry) || isNumberArray(entry)) throw ragged(entry, undefined, position(), name)
        throw new DataError(`${position()} is ${describeValue(entry)}; expected a number.`)
      }
      if (!fits(number, target)) throw notRepresentable(number, target, position())
      data[offset++] = number
      return
    }
    const list = entry as ArrayLike<unknown>
    if (!Array.isArray(entry) && !isNumberArray(entry)) {
      throw new DataError(
        `${position()} is ${describeValue(entry)}; expected ${shape[axis]} values, as in the rows before it.`,
      )
    }
    if (list.length !== shape[axis]) throw ragged(list, shape[axis], position(), name)
    for (let i = 0; i < list.length; i++) {
      indices[axis] = i
      fill(list[i], axis + 1)
    }
    indices.length = axis
  }
  fill(value, 0)
  return { data, shape, dtype: target }
}

function ragged(list: ArrayLike<unknown>, expected: number | undefined, position: string, name: string): DataError {
  const wanted = expected === undefined ? 'a number' : `${expected} values, as in the rows before it`
  return new DataError(
    `${position} has ${list.length} values; expected ${wanted}. All rows of ${name} must be equally long.`,
  )
}

function fits(number: number, dtype: DType): boolean {
  if (dtype === 'float32' || dtype === 'float64') return true
  if (!Number.isInteger(number)) return false
  if (dtype === 'bool') return number === 0 || number === 1
  return dtype === 'int32' ? number === (number | 0) : number === number >>> 0
}

function notRepresentable(number: number, dtype: DType, position: string): DataError {
  const expected = {
    bool: '0 or 1',
    int32: 'a whole number from -2147483648 to 2147483647',
    uint32: 'a whole number from 0 to 4294967295',
  }
  return new DataError(
    `${position} is ${number}, which is no ${dtype}: expected ${expected[dtype as keyof typeof expected]}.`,
  )
}

/** The position of the element `index` as text: `x[3][1]`. */
function positionText(name: string, shape: Shape, index: number): string {
  let position = ''
  let rest = index
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    position = `[${rest % shape[axis]!}]${position}`
    rest = Math.floor(rest / shape[axis]!)
  }
  return name + position
}
