import { checkArguments, shown } from '../arguments.ts'
import {
  type DType,
  dtypeForArray,
  hostArray,
  isFloat,
  type NumberArray,
  requireDType,
  type TypedArray,
} from '../dtype.ts'
import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import { operation } from '../operation.ts'
import { formatShape, normalizeAxis, requireShape, type Shape, sizeOf } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { fromHost } from '../transfer.ts'
import { add, cast, equal, mul, where } from './arithmetic.ts'
import { full } from './broadcast.ts'
import { iotaOp } from './create-op.ts'

/** Values for a tensor: one value, arrays nested like its dimensions, or a flat typed array. */
export type TensorValues = number | boolean | NumberArray | readonly TensorValues[]

/** Values with a shape, as data pipelines and `getWeights` give them. */
export interface HostValueData {
  readonly data: NumberArray | readonly number[]
  readonly shape: Shape
  readonly dtype?: DType
}

export interface TensorOptions {
  /**
   * Default: `bool` for booleans, `float32` for numbers, and for typed arrays the dtype that holds their values: their own
   * type, or `int32` for arrays of 8 and 16 bits. Lists of typed arrays of one type have its dtype, others `float32`.
   */
  readonly dtype?: DType
  /** Default: the nesting of the arrays; `[length]` for typed arrays. */
  readonly shape?: Shape
}

/**
 * A tensor with the given values, copied to the current backend. The values may be an object `{ data, shape, dtype }`, such as a
 * batch of a data pipeline has.
 *
 * Throws `ShapeError` if nested arrays differ in length, if the values do not fill `shape`, or if a value does not exist
 * in the dtype (1.5 in `int32`). Throws `TypeError` for an unknown dtype and for arrays of `bigint`.
 *
 * @example
 * import { tensor } from '@gradus/tensor'
 * tensor([[1, 2], [3, 4]]).shape // => [2, 2]
 * tensor([1, 0], { dtype: 'bool' }).array() // => [true, false]
 * tensor(new Float32Array(6), { shape: [2, 3] }).shape // => [2, 3]
 * tensor({ data: [1, 2, 3, 4], shape: [2, 2], dtype: 'int32' }).array() // => [[1, 2], [3, 4]]
 */
export function tensor(values: TensorValues | HostValueData, options: TensorOptions = {}): Tensor {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(
      "tensor takes its options in an object, as in tensor([1, 2], { dtype: 'int32' }) or tensor([1, 2], { shape: [2, 1] }).",
    )
  }
  if (isHostData(values)) {
    const { data, shape, dtype } = values
    return tensor(data, { shape, ...(dtype && { dtype }), ...options })
  }
  const { dtype, shape } = options
  if (dtype !== undefined) requireDType('tensor', dtype)
  if (shape !== undefined) requireShape('tensor', shape)
  const flat: (number | boolean)[] | NumberArray = isTypedArray(values) ? values : []
  const types = new Set<DType>()
  const found = isTypedArray(values)
    ? [values.length]
    : nestedShape(values, [], flat as (number | boolean)[], (type) => types.add(type))
  const resolved = shape ?? found
  if (sizeOf(resolved) !== flat.length) {
    throw new ShapeError(
      `tensor: ${flat.length} values do not fill the shape ${formatShape(resolved)}, which needs ${sizeOf(resolved)}.`,
    )
  }
  const type = dtype ?? dtypeForArray(values) ?? (types.size === 1 ? [...types][0]! : 'float32')
  return fromHost(convert(flat, type), resolved, type)
}

function isHostData(values: TensorValues | HostValueData): values is HostValueData {
  if (typeof values !== 'object' || values === null || !('data' in values && 'shape' in values)) return false
  return (Array.isArray(values.data) || ArrayBuffer.isView(values.data)) && Array.isArray(values.shape)
}

function isTypedArray(values: TensorValues): values is NumberArray {
  if (!ArrayBuffer.isView(values)) return false
  if (dtypeForArray(values)) return true
  const name = Object.prototype.toString.call(values).slice(8, -1)
  throw new TypeError(
    `tensor: a ${name} has no dtype. Convert its values to numbers, as in Int32Array.from(values, Number).`,
  )
}

/** How deep arrays of values may be nested. */
const maxNesting = 64

/** The shape of nested arrays, whose values are appended to `flat`; `seen` is called with their dtypes. */
function nestedShape(
  values: TensorValues,
  at: readonly number[],
  flat: (number | boolean)[],
  seen: (dtype: DType) => void,
): number[] {
  if (typeof values === 'number' || typeof values === 'boolean') {
    flat.push(values)
    seen(typeof values === 'boolean' ? 'bool' : 'float32')
    return []
  }
  if (isTypedArray(values)) {
    for (const value of values) flat.push(value)
    seen(dtypeForArray(values)!)
    return [values.length]
  }
  if (!Array.isArray(values)) {
    const what = values === null ? 'null' : typeof values
    throw new TypeError(`tensor: found ${what} at ${formatShape(at)}; give numbers, booleans or arrays of them.`)
  }
  if (at.length >= maxNesting) {
    throw new ShapeError(`tensor: the arrays are nested more than ${maxNesting} deep, or one contains itself.`)
  }
  let inner: number[] | undefined
  values.forEach((value: TensorValues, index) => {
    const shape = nestedShape(value, [...at, index], flat, seen)
    if (inner && formatShape(inner) !== formatShape(shape)) {
      throw new ShapeError(
        `tensor: the arrays are ragged: the element at ${formatShape([...at, index])} has shape ${formatShape(shape)} ` +
          `and those before it ${formatShape(inner)}. All elements of one array must have the same shape.`,
      )
    }
    inner = shape
  })
  return [values.length, ...(inner ?? [])]
}

function convert(values: readonly (number | boolean)[] | NumberArray, dtype: DType): TypedArray {
  const host = hostArray(dtype, values.length)
  const limits = dtype === 'uint32' ? [0, 2 ** 32 - 1] : [-(2 ** 31), 2 ** 31 - 1]
  for (let index = 0; index < values.length; index++) {
    const value = Number(values[index])
    if (dtype === 'bool') host[index] = value === 0 ? 0 : 1
    else if (isFloat(dtype) || (Number.isInteger(value) && value >= limits[0]! && value <= limits[1]!))
      host[index] = value
    else
      throw new ShapeError(
        `tensor: the value ${value} does not exist in ${dtype}. Round it first or use another dtype.`,
      )
  }
  return host
}

/**
 * A tensor of zeros (`false` for bool).
 *
 * @example
 * import { zeros } from '@gradus/tensor'
 * zeros([2, 2]).array() // => [[0, 0], [0, 0]]
 */
export function zeros(shape: Shape, dtype: DType = 'float32'): Tensor {
  return filled('zeros', shape, 0, dtype)
}

/** A tensor of ones (`true` for bool). */
export function ones(shape: Shape, dtype: DType = 'float32'): Tensor {
  return filled('ones', shape, 1, dtype)
}

function filled(name: string, shape: Shape, value: number, dtype: DType): Tensor {
  requireShape(name, shape)
  requireDType(name, dtype)
  return full(shape, value, dtype)
}

/** Zeros of the shape and dtype of `x`, on its backend. */
export const zerosLike = /* @__PURE__ */ operation('zerosLike', (x: Tensor): Tensor => full(x.shape, 0, x.dtype, x), [
  'tensor',
])

/** Ones of the shape and dtype of `x`, on its backend. */
export const onesLike = /* @__PURE__ */ operation('onesLike', (x: Tensor): Tensor => full(x.shape, 1, x.dtype, x), [
  'tensor',
])

/**
 * A tensor of `shape` in which each element is its coordinate along `axis`.
 *
 * @example
 * import { iota } from '@gradus/tensor'
 * iota([2, 3], 1).array() // => [[0, 1, 2], [0, 1, 2]]
 */
export function iota(shape: Shape, axis = 0, dtype: DType = 'int32'): Tensor {
  requireShape('iota', shape)
  requireDType('iota', dtype)
  return apply(iotaOp, [], { shape, dtype, axis: normalizeAxis('iota', axis, shape.length) })
}

/** Ones on the diagonal `offset` above the main one (below it if negative), zeros elsewhere. */
export function eye(rows: number, columns = rows, offset = 0, dtype: DType = 'float32'): Tensor {
  checkArguments('eye', [rows, columns, offset], ['integer', 'integer', 'integer'])
  const shape = [rows, columns]
  return cast(equal(add(iota(shape, 0), offset), iota(shape, 1)), dtype)
}

/**
 * The numbers `start, start + step, ...` before `stop`; `arange(stop)` starts at 0.
 * The dtype is `int32` if all three are whole numbers, else `float32`.
 *
 * @example
 * import { arange } from '@gradus/tensor'
 * arange(4).array() // => [0, 1, 2, 3]
 * arange(1, 2, 0.25).array() // => [1, 1.25, 1.5, 1.75]
 */
export function arange(start: number, stop?: number, step = 1, dtype?: DType): Tensor {
  for (const value of [start, stop, step] as readonly unknown[]) {
    if (typeof value === 'number' || value === undefined) continue
    throw new TypeError(`arange takes numbers by position, as in arange(0, 10, 2), and got ${shown(value)}.`)
  }
  if (stop === undefined && start !== undefined) return arange(0, start, step, dtype)
  if (stop === undefined || step === 0 || ![start, stop, step].every(Number.isFinite)) {
    throw new ShapeError(
      `arange: cannot count from ${start} to ${stop} by ${step}; use finite numbers and a step other than 0.`,
    )
  }
  const type = dtype ?? ([start, stop, step].every(Number.isInteger) ? 'int32' : 'float32')
  return affine(iota([Math.max(0, Math.ceil((stop - start) / step))], 0, type), step, start)
}

/**
 * `count` numbers at equal distances from `start` to `stop`, both included.
 *
 * @example
 * import { linspace } from '@gradus/tensor'
 * linspace(0, 1, 5).array() // => [0, 0.25, 0.5, 0.75, 1]
 */
export function linspace(start: number, stop: number, count: number, dtype: 'float32' | 'float64' = 'float32'): Tensor {
  checkArguments('linspace', [start, stop, count], ['any', 'any', 'integer'])
  const index = iota([count], 0, dtype)
  if (count < 2) return affine(index, 0, start)
  // the last value is set, because count - 1 steps need not add up to it
  return where(equal(index, count - 1), stop, affine(index, (stop - start) / (count - 1), start))
}

function affine(x: Tensor, scale: number, shift: number): Tensor {
  return add(scale === 1 ? x : mul(x, scale), shift)
}
