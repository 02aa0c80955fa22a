import {
  type DType,
  formatShape,
  isFloat,
  type NumberArray,
  type Shape,
  sizeOf,
  Tensor,
  type TypedArray,
} from '@gradus/tensor'
import { dtypeForArray, hostArray, isDType, unknownDType } from '@gradus/tensor/internals'
import { describeValue } from '../config/describe.ts'
import { DataError } from '../errors.ts'
import type { ArrayData, HostArray, HostArrayData, NestedNumbers } from './dataset.ts'

/**
 * Whether `value` has the members of a host array: `{ data, shape, dtype }`, where `dtype` may be missing. Its parts are not
 * checked: `toHostArray` does that.
 */
export function isHostArray(value: unknown): value is HostArray {
  if (typeof value !== 'object' || value === null || value instanceof Tensor) return false
  if (!('data' in value && 'shape' in value)) return false
  return 'dtype' in value || (ArrayBuffer.isView(value.data) && Array.isArray(value.shape))
}

/**
 * Converts an input to a host array. Without `dtype`, nested numbers become float32, nested booleans bool, integer arrays int32
 * (`Uint32Array` uint32), and other typed arrays and tensors keep their dtype. The numbers of a host array are converted to its
 * dtype if they are in an array of another type. Returns a promise for a tensor on a backend without synchronous reads. Throws
 * `DataError` with the position, such as `x[3][1]`, for ragged rows, values that are not numbers, and numbers that do not fit
 * the dtype, and for a dtype that does not exist.
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
  if (isHostArray(value)) return castHostArray(checkedHostArray(value, name), name, dtype)
  if (isNumberArray(value)) return castHostArray(fromTypedArray(value), name, dtype)
  if (Array.isArray(value)) return fromNested(value as readonly NestedNumbers[], name, dtype)
  if (ArrayBuffer.isView(value)) {
    throw new DataError(
      `${name} is a ${Object.prototype.toString.call(value).slice(8, -1)}, for which there is no dtype. Convert it, as in Int32Array.from(values, Number).`,
    )
  }
  throw new DataError(
    `${name} is ${describeValue(value)}; expected nested arrays of numbers, a typed array, a tensor or { data, shape, dtype }.`,
  )
}

/**
 * A host array with its numbers in the type of array that its dtype has. Throws `DataError` for an unknown dtype, a shape that
 * is none, a wrong number of values and values that the dtype does not have.
 */
function checkedHostArray(given: HostArrayData, name: string): HostArray {
  const { data, shape, dtype } = given
  if (!isDType(dtype)) throw new DataError(`${name}.dtype: ${unknownDType(dtype)}`)
  if (!Array.isArray(shape) || !shape.every((d) => Number.isInteger(d) && d >= 0)) {
    throw new DataError(`${name}.shape is ${describeValue(shape)}; expected a list of whole numbers, such as [2, 3].`)
  }
  if (!isNumberArray(data) && !Array.isArray(data)) {
    throw new DataError(`${name}.data is ${describeValue(data)}; expected a typed array of numbers.`)
  }
  if (data.length !== sizeOf(shape)) {
    throw new DataError(
      `${name} has ${data.length} values and the shape ${formatShape(shape)}, which holds ${sizeOf(shape)}. The counts must agree.`,
    )
  }
  if (data.constructor === hostArray(dtype, 0).constructor) {
    if (dtype !== 'bool' || isBinary(data as Uint8Array)) return given as HostArray
  }
  if (dtype === 'float16' && data instanceof Uint16Array) {
    throw new DataError(
      `${name} has dtype float16 and its data is a Uint16Array, which may hold numbers or the bits of halves. Give the numbers in a Float32Array.`,
    )
  }
  return { data: converted(data, dtype, shape, name), shape, dtype }
}

function isBinary(data: Uint8Array): boolean {
  return data.every((value) => value <= 1)
}

function converted(values: NumberArray | readonly number[], dtype: DType, shape: Shape, name: string): TypedArray {
  const data = hostArray(dtype, values.length)
  if (isFloat(dtype) && isNumberArray(values)) {
    data.set(values)
    return data
  }
  for (let i = 0; i < data.length; i++) {
    const number = values[i]!
    if (typeof number !== 'number' && typeof number !== 'boolean') {
      throw new DataError(`${positionText(name, shape, i)} is ${describeValue(number)}; expected a number.`)
    }
    if (!fits(Number(number), dtype)) throw notRepresentable(number, dtype, positionText(name, shape, i))
    data[i] = number
  }
  return data
}

/** The array cast to another dtype. Throws `DataError` with its position for a number that does not fit. */
export function castHostArray(array: HostArray, name: string, dtype: DType | undefined): HostArray {
  if (dtype === undefined || dtype === array.dtype) return array
  return { data: converted(array.data, dtype, array.shape, name), shape: array.shape, dtype }
}

function isNumberArray(value: unknown): value is NumberArray {
  return dtypeForArray(value) !== undefined
}

function fromTypedArray(array: NumberArray): HostArray {
  const shape = [array.length]
  const dtype = dtypeForArray(array)!
  if (array.constructor === hostArray(dtype, 0).constructor) return { data: array as TypedArray, shape, dtype }
  const data = hostArray(dtype, array.length)
  data.set(array)
  return { data, shape, dtype }
}

/** How deep lists of values may be nested. */
export const maxNesting = 64

/** The error for lists that are nested too deep. */
export function nestedTooDeep(name: string): DataError {
  return new DataError(`${name} is nested more than ${maxNesting} deep, or contains itself.`)
}

function fromNested(value: readonly NestedNumbers[], name: string, dtype: DType | undefined): HostArray {
  const shape: number[] = []
  let level: NestedNumbers | undefined = value
  while (Array.isArray(level) || isNumberArray(level)) {
    if (shape.length >= maxNesting) throw nestedTooDeep(name)
    shape.push((level as ArrayLike<unknown>).length)
    level = (level as ArrayLike<NestedNumbers>)[0]
  }
  const target = dtype ?? dtypeOfNested(value, shape.length) ?? (typeof level === 'boolean' ? 'bool' : 'float32')
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

/** The dtype of nested lists if all of their innermost lists are typed arrays with that dtype. */
function dtypeOfNested(value: unknown, depth: number): DType | undefined {
  if (depth === 1) return dtypeForArray(value)
  if (!Array.isArray(value)) return undefined
  const dtype = dtypeOfNested(value[0], depth - 1)
  return dtype && value.every((entry) => dtypeOfNested(entry, depth - 1) === dtype) ? dtype : undefined
}

function ragged(list: ArrayLike<unknown>, expected: number | undefined, position: string, name: string): DataError {
  const wanted = expected === undefined ? 'a number' : `${expected} values, as in the rows before it`
  return new DataError(
    `${position} has ${list.length} values; expected ${wanted}. All rows of ${name} must be equally long.`,
  )
}

function fits(number: number, dtype: DType): boolean {
  if (isFloat(dtype)) return true
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
export function positionText(name: string, shape: Shape, index: number): string {
  let position = ''
  let rest = index
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    position = `[${rest % shape[axis]!}]${position}`
    rest = Math.floor(rest / shape[axis]!)
  }
  return name + position
}
