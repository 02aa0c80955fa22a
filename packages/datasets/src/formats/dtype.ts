import { FormatError } from '@gradus/core'
import type { NumberArray } from '@gradus/tensor'

/** An array of NumPy: numbers, or objects. */
export interface NpyArray {
  readonly shape: readonly number[]
  readonly data?: NumberArray
  readonly values?: readonly unknown[]
}

type Reader = (view: DataView, at: number, little: boolean) => number

const readers: Readonly<Record<string, readonly [make: (length: number) => NumberArray, read: Reader]>> = {
  u1: [(n) => new Uint8Array(n), (v, at) => v.getUint8(at)],
  b1: [(n) => new Uint8Array(n), (v, at) => v.getUint8(at)],
  i1: [(n) => new Int8Array(n), (v, at) => v.getInt8(at)],
  u2: [(n) => new Uint16Array(n), (v, at, e) => v.getUint16(at, e)],
  i2: [(n) => new Int16Array(n), (v, at, e) => v.getInt16(at, e)],
  u4: [(n) => new Uint32Array(n), (v, at, e) => v.getUint32(at, e)],
  i4: [(n) => new Int32Array(n), (v, at, e) => v.getInt32(at, e)],
  u8: [(n) => new Float64Array(n), (v, at, e) => Number(v.getBigUint64(at, e))],
  i8: [(n) => new Float64Array(n), (v, at, e) => Number(v.getBigInt64(at, e))],
  f4: [(n) => new Float32Array(n), (v, at, e) => v.getFloat32(at, e)],
  f8: [(n) => new Float64Array(n), (v, at, e) => v.getFloat64(at, e)],
}

/**
 * The numbers of an array from its bytes. `descr` is a dtype of NumPy, such as `<f8`; integers of 64 bits become floats. Throws
 * `FormatError` for other dtypes and a wrong number of bytes.
 */
export function arrayOf(
  descr: string,
  shape: readonly number[],
  isFortran: boolean,
  bytes: Uint8Array,
  name: string,
): NpyArray {
  const [, order, type] = /^([<>|=])([a-z]\d)$/.exec(descr) ?? []
  const reader = type ? readers[type] : undefined
  if (!reader)
    throw new FormatError(`${name} holds values of the dtype ${JSON.stringify(descr.slice(0, 40))}, which is not read.`)
  const count = shape.reduce((product, size) => product * size, 1)
  const width = Number(type![1])
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0) || bytes.length !== count * width) {
    throw new FormatError(
      `${name} has ${bytes.length} bytes for the shape [${shape}] of ${descr}; expected ${count * width}.`,
    )
  }
  const [make, read] = reader
  const data = make(count)
  if (width === 1 && type !== 'i1') data.set(bytes)
  else {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const little = order !== '>'
    for (let i = 0; i < count; i++) data[i] = read(view, i * width, little)
  }
  return { shape, data: isFortran && shape.length > 1 ? rowMajor(data, shape, make) : data }
}

/** The numbers with the last axis as the fastest, from those with the first as the fastest. */
function rowMajor(data: NumberArray, shape: readonly number[], make: (length: number) => NumberArray): NumberArray {
  const result = make(data.length)
  for (let i = 0; i < data.length; i++) {
    let rest = i
    let at = 0
    let stride = data.length
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      stride /= shape[axis]!
      at += (rest % shape[axis]!) * stride
      rest = Math.floor(rest / shape[axis]!)
    }
    result[i] = data[at]!
  }
  return result
}
