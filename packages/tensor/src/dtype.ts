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

/** The dtype whose host array type `array` is (`Uint8Array` means `bool`). */
export function dtypeOfArray(array: TypedArray): DType {
  if (array instanceof Float32Array) return 'float32'
  if (array instanceof Float64Array) return 'float64'
  if (array instanceof Int32Array) return 'int32'
  if (array instanceof Uint32Array) return 'uint32'
  return 'bool'
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
