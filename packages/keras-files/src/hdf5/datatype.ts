import { FormatError } from '@gradus/core'
import type { StoredType } from '@gradus/io'
import type { ByteReader } from './byte-reader.ts'

/** The type of the elements of a dataset or an attribute. */
export interface ElementType {
  /** Numbers by the name of their type, texts of a fixed length, texts that stand in a heap, or another kind that is not read. */
  readonly kind: StoredType | 'text' | 'heap text' | 'other'
  readonly bytes: number
  readonly bigEndian: boolean
  /** For messages. */
  readonly title: string
}

const floats: Readonly<Record<number, StoredType>> = { 2: 'F16', 4: 'F32', 8: 'F64' }
const titles = ['whole numbers', 'floats', 'times', 'texts', 'bit fields', 'opaque bytes', 'compounds', 'references']

/** Reads a datatype message. */
export function elementTypeAt(reader: ByteReader, at: number): ElementType {
  const kind = reader.u8(at) & 15
  const bits = reader.u8(at + 1)
  const bytes = reader.u32(at + 4)
  const number = { bytes, bigEndian: (bits & 1) > 0 }
  const other = { kind: 'other', ...number, title: titles[kind] ?? `the type ${kind}` } as const
  if (bytes === 0) throw reader.fail(`the elements of the type at byte ${at} have no bytes`)
  switch (kind) {
    case 0: {
      if (![1, 2, 4, 8].includes(bytes)) return other
      const stored = `${bits & 8 ? 'I' : 'U'}${bytes * 8}` as StoredType
      return { kind: stored, ...number, title: stored }
    }
    case 1: {
      // the exponent of a bfloat16 has 8 bits, that of a float16 5
      const stored = bytes === 2 && reader.u8(at + 13) === 8 ? 'BF16' : floats[bytes]
      return stored ? { kind: stored, ...number, title: stored } : other
    }
    case 3:
      return { kind: 'text', bytes, bigEndian: false, title: 'texts' }
    case 5:
      // two bytes that Keras describes as bfloat16 in an attribute
      return bytes === 2 ? { kind: 'BF16', bytes, bigEndian: false, title: 'BF16' } : other
    case 8: {
      const base = elementTypeAt(reader, at + 8)
      return bytes === 1 && /8$/.test(base.kind) ? { ...base, kind: 'BOOL' } : { ...base, title: 'BOOL' }
    }
    case 9:
      return (bits & 15) === 1 ? { kind: 'heap text', bytes, bigEndian: false, title: 'texts' } : other
    default:
      return other
  }
}

/** Reads a dataspace message: the shape, or undefined for the space without elements. */
export function shapeAt(reader: ByteReader, at: number): number[] | undefined {
  const version = reader.u8(at)
  const rank = reader.u8(at + 1)
  if (version !== 1 && version !== 2) throw reader.fail(`the dataspace at byte ${at} has the version ${version}`)
  if (version === 2 && reader.u8(at + 3) === 2) return undefined
  const start = at + (version === 1 ? 8 : 4)
  return Array.from({ length: rank }, (_, axis) => reader.length(start + axis * reader.lengthBytes))
}

/** The number of elements of a shape. Throws `FormatError`, which begins with `title`, for a number that no weight has. */
export function elementsIn(shape: readonly number[], title: string): number {
  const size = shape.reduce((product, d) => product * d, 1)
  if (size <= maxElements && shape.every((d) => d <= maxElements)) return size
  throw new FormatError(`${title} has the shape [${shape.join(', ')}]; at most ${maxElements} elements are read.`)
}

/** The largest number of elements of a dataset: 1 GiB in float32. */
const maxElements = 2 ** 28

/** Reverses the bytes of each element, in place. */
export function reverseElements(bytes: Uint8Array, size: number): void {
  for (let start = 0; start + size <= bytes.length; start += size) bytes.subarray(start, start + size).reverse()
}
