import type { DType, TypedArray } from '@gradus/tensor'
import { halfValue, viewOf } from '@gradus/tensor/internals'

/** The element types of safetensors files that can be read, with their sizes in bytes. */
export const storedBytes = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
} as const

/** The name of an element type in a safetensors file. */
export type StoredType = keyof typeof storedBytes

/** Bytes in a buffer that is not shared, which `Blob` and `fetch` take. TypeScript before 5.7 calls this type `Uint8Array`. */
export type Bytes = InstanceType<Uint8ArrayConstructor>

interface Values {
  readonly dtype: DType
  readonly data: TypedArray
}

/** Decodes values from aligned bytes. Throws the error that `fail` makes for values that no dtype can hold. */
export function decodeValues(bytes: Bytes, type: StoredType, fail: (problem: string) => Error): Values {
  const length = bytes.length / storedBytes[type]
  const view = (dtype: Exclude<DType, 'float16'>): Values => ({
    dtype,
    data: viewOf(dtype, bytes.buffer, bytes.byteOffset, length) as TypedArray,
  })
  switch (type) {
    case 'F64':
      return view('float64')
    case 'F32':
      return view('float32')
    case 'I32':
      return view('int32')
    case 'U32':
      return view('uint32')
    case 'BOOL':
      return { dtype: 'bool', data: bytes.map((byte) => Number(byte !== 0)) }
    case 'F16':
      return { dtype: 'float32', data: Float32Array.from(halves(bytes), halfValue) }
    case 'BF16':
      return bfloat(halves(bytes))
    case 'I8':
      return { dtype: 'int32', data: Int32Array.from(new Int8Array(bytes.buffer, bytes.byteOffset, length)) }
    case 'U8':
      return { dtype: 'int32', data: Int32Array.from(bytes) }
    case 'I16':
      return { dtype: 'int32', data: Int32Array.from(new Int16Array(bytes.buffer, bytes.byteOffset, length)) }
    case 'U16':
      return { dtype: 'int32', data: Int32Array.from(halves(bytes)) }
    case 'I64':
      return {
        dtype: 'int32',
        data: narrowed(new BigInt64Array(bytes.buffer, bytes.byteOffset, length), new Int32Array(length), fail),
      }
    case 'U64':
      return {
        dtype: 'uint32',
        data: narrowed(new BigUint64Array(bytes.buffer, bytes.byteOffset, length), new Uint32Array(length), fail),
      }
  }
}

function halves(bytes: Bytes): Uint16Array {
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)
}

/** A bfloat16 is the upper half of a float32. */
function bfloat(bits: Uint16Array): Values {
  const words = Uint32Array.from(bits, (half) => half << 16)
  return { dtype: 'float32', data: new Float32Array(words.buffer) }
}

function narrowed<T extends Int32Array | Uint32Array>(
  wide: BigInt64Array | BigUint64Array,
  narrow: T,
  fail: (problem: string) => Error,
): T {
  for (let i = 0; i < narrow.length; i++) {
    narrow[i] = Number(wide[i])
    if (BigInt(narrow[i]!) !== wide[i]) {
      throw fail(
        `holds the 64-bit number ${wide[i]} at position ${i}, which does not fit 32 bits. Save it as a 32-bit or a floating type.`,
      )
    }
  }
  return narrow
}
