import { halfBits, halfValue } from './half.ts'

/** Element types. `float16` takes two bytes in memory; ops compute with it in float32 and round their results. */
export type DType = 'float16' | 'float32' | 'float64' | 'int32' | 'uint32' | 'bool'

/** The element types that carry derivatives. */
export type FloatDType = 'float16' | 'float32' | 'float64'

/**
 * The host array of a tensor's values; `bool` is one byte per element, 0 or 1, and the numbers of `float16` come as
 * `Float32Array`, because not every engine has arrays of halves.
 */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array

/**
 * All arrays of numbers that JavaScript has, except those of `bigint`: also those for which there is no dtype. Engines with
 * halves have `Float16Array` too.
 */
export type NumberArray = TypedArray | Int8Array | Int16Array | Uint16Array | Uint8ClampedArray

/** Values as they lie in memory: those of `float16` are their bits. */
export type MemoryArray = TypedArray | Uint16Array

const bytes: Record<DType, number> = { float16: 2, float32: 4, float64: 8, int32: 4, uint32: 4, bool: 1 }

export const dtypes = Object.keys(bytes) as readonly DType[]

/** The bytes that an element takes in memory. */
export function bytesPerElement(dtype: DType): number {
  return bytes[dtype]
}

export function isFloat(dtype: DType): dtype is FloatDType {
  return dtype === 'float16' || dtype === 'float32' || dtype === 'float64'
}

/** The dtype in which ops compute: `float32` for `float16`, else the dtype itself. */
export function computeDType(dtype: DType): Exclude<DType, 'float16'> {
  return dtype === 'float16' ? 'float32' : dtype
}

/** A typed view of `length` elements over `buffer`, without copying; of `float16` it shows the bits. */
export function viewOf(dtype: DType, buffer: ArrayBufferLike, byteOffset: number, length: number): MemoryArray {
  switch (dtype) {
    case 'float16':
      return new Uint16Array(buffer, byteOffset, length)
    case 'float32':
      return new Float32Array(buffer, byteOffset, length)
    case 'float64':
      return new Float64Array(buffer, byteOffset, length)
    case 'int32':
      return new Int32Array(buffer, byteOffset, length)
    case 'uint32':
      return new Uint32Array(buffer, byteOffset, length)
    case 'bool':
      return new Uint8Array(buffer, byteOffset, length)
  }
}

/** A zeroed host array for `length` values of `dtype`. */
export function hostArray(dtype: DType, length: number): TypedArray {
  const computed = computeDType(dtype)
  return viewOf(computed, new ArrayBuffer(length * bytes[computed]), 0, length) as TypedArray
}

/**
 * The dtype that holds the values of a typed array: small integers, also the bytes of a `Uint8Array`, become `int32`. Undefined
 * for `BigInt64Array`, `BigUint64Array` and `DataView`, and for values that are no typed arrays.
 */
export function dtypeForArray(array: unknown): DType | undefined {
  if (!ArrayBuffer.isView(array)) return undefined
  return dtypeOfClass[Object.prototype.toString.call(array).slice(8, -1)]
}

const dtypeOfClass: Readonly<Record<string, DType>> = {
  Float16Array: 'float16',
  Float32Array: 'float32',
  Float64Array: 'float64',
  Int8Array: 'int32',
  Int16Array: 'int32',
  Int32Array: 'int32',
  Uint8Array: 'int32',
  Uint8ClampedArray: 'int32',
  Uint16Array: 'int32',
  Uint32Array: 'uint32',
}

/** Dtypes of other libraries, with the nearest one. */
const nearest: Readonly<Record<string, DType>> = {
  bfloat16: 'float32',
  boolean: 'bool',
  double: 'float64',
  float: 'float32',
  half: 'float16',
  int: 'int32',
  int8: 'int32',
  int16: 'int32',
  int64: 'int32',
  long: 'int32',
  uint: 'uint32',
  uint8: 'int32',
  uint16: 'int32',
  uint64: 'uint32',
}

/** Whether a value is the name of a dtype. */
export function isDType(value: unknown): value is DType {
  return dtypes.includes(value as DType)
}

/** The text of the error for a dtype that does not exist: it names the dtypes, and the nearest one of another library's. */
export function unknownDType(value: unknown): string {
  const name = typeof value === 'string' ? value.toLowerCase() : ''
  const near = Object.hasOwn(nearest, name) ? nearest[name] : dtypes.find((dtype) => dtype === name)
  const given =
    typeof value === 'string' ? `'${value}'` : typeof value === 'object' && value ? 'an object' : String(value)
  return `${given} is no dtype.${near ? ` Use '${near}'.` : ''} The dtypes are ${dtypes.join(', ')}.`
}

/** Throws `TypeError` for a value that is not the name of a dtype. `name` is the operation that was called. */
export function requireDType(name: string, value: unknown): asserts value is DType {
  if (!isDType(value)) throw new TypeError(`${name}: ${unknownDType(value)}`)
}

/** Converts values of a host array to their form in memory. */
export function toMemory(dtype: DType, values: TypedArray): MemoryArray {
  return dtype === 'float16' ? mapped(values, new Uint16Array(values.length), halfBits) : values
}

/** Converts values in memory to those of a host array. */
export function fromMemory(dtype: DType, memory: MemoryArray): TypedArray {
  if (dtype !== 'float16') return memory as TypedArray
  return mapped(memory, new Float32Array(memory.length), halfValue)
}

function mapped<T extends MemoryArray>(from: MemoryArray, to: T, convert: (value: number) => number): T {
  for (let index = 0; index < to.length; index++) to[index] = convert(from[index]!)
  return to
}
