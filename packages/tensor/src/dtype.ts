/** Element types. `float16` is reserved: it is named so that files and plug-ins can refer to it, no backend claims it yet. */
export type DType = 'float32' | 'float64' | 'int32' | 'uint32' | 'bool'

/** The element types that carry derivatives. */
export type FloatDType = 'float32' | 'float64'

/** The host array of a tensor's values; `bool` is one byte per element, 0 or 1. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array

const bytes: Record<DType, number> = { float32: 4, float64: 8, int32: 4, uint32: 4, bool: 1 }

export const dtypes = Object.keys(bytes) as readonly DType[]

export function bytesPerElement(dtype: DType): number {
  return bytes[dtype]
}

export function isFloat(dtype: DType): dtype is FloatDType {
  return dtype === 'float32' || dtype === 'float64'
}

/** A typed view of `length` elements over `buffer`, without copying. */
export function viewOf(dtype: DType, buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray {
  switch (dtype) {
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

/** A zeroed host array for `length` elements of `dtype`. */
export function hostArray(dtype: DType, length: number): TypedArray {
  return viewOf(dtype, new ArrayBuffer(length * bytes[dtype]), 0, length)
}

/** The dtype whose host array type `array` is (`Uint8Array` means `bool`). */
export function dtypeOfArray(array: TypedArray): DType {
  if (array instanceof Float32Array) return 'float32'
  if (array instanceof Float64Array) return 'float64'
  if (array instanceof Int32Array) return 'int32'
  if (array instanceof Uint32Array) return 'uint32'
  return 'bool'
}
