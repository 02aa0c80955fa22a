import { DataError, FormatError } from '@gradus/core'
import type { Cell } from '../../cell.ts'
import type { TableChunk } from '../../source.ts'
import { rowsPerChunk } from '../text/chunk-builder.ts'
import type { ValueType } from './values.ts'

/** The most columns that a matrix becomes; a wider one is a column of arrays. */
const maxColumns = 2 ** 14

/** An array with its values in the order of C, which are read by rows. */
export interface ArrayFile {
  /** For messages. */
  readonly name: string
  readonly shape: readonly number[]
  readonly type: ValueType
  /** Reads bytes of values. */
  read(start: number, end: number): Promise<Uint8Array>
}

/** The number of values in a row. */
function rowSize({ shape }: { readonly shape: readonly number[] }): number {
  return shape.slice(1).reduce((product, size) => product * size, 1)
}

/** Throws `FormatError` where an array has another number of bytes than its shape, and `DataError` where it has no rows. */
export function requireArray(name: string, shape: readonly number[], width: number, bytes: number): void {
  const count = shape.reduce((product, size) => product * size, 1)
  if (shape.length === 0) throw new DataError(`${name} holds a single value, and no rows.`)
  if (shape.length > 32) throw new FormatError(`${name} has ${shape.length} dimensions; at most 32 are read.`)
  if (count === 0) throw new DataError(`${name} has the shape [${shape}], so it holds no values.`)
  if (count * width !== bytes) {
    throw new FormatError(
      `${name} has ${bytes} bytes for the shape [${shape}], which takes ${count * width}. It is ${bytes < count * width ? 'incomplete' : 'damaged'}.`,
    )
  }
}

/** Whether an array is one column: of values, or of arrays. */
function isOneColumn(shape: readonly number[]): boolean {
  return shape.length !== 2 || shape[1]! > maxColumns
}

/** The names of the columns of an array: `name`, or for a matrix `prefix0`, `prefix1`, ... */
export function arrayColumns(shape: readonly number[], name: string, prefix: string): string[] {
  return isOneColumn(shape) ? [name] : Array.from({ length: shape[1]! }, (_, i) => `${prefix}${i}`)
}

/** The rows of arrays with equal numbers of rows, with the columns of all of them side by side. */
export async function* arrayChunks(arrays: readonly ArrayFile[]): AsyncGenerator<TableChunk> {
  const rowCount = arrays[0]!.shape[0]!
  const step = rowsPerChunk(arrays.reduce((sum, array) => sum + rowSize(array), 0))
  for (let start = 0; start < rowCount; start += step) {
    const count = Math.min(step, rowCount - start)
    const columns: ArrayLike<Cell>[] = []
    for (const array of arrays) columns.push(...(await columnsOf(array, start, count)))
    yield { rowCount: count, columns, place: (row) => `row ${start + row + 1}` }
  }
}

async function columnsOf(array: ArrayFile, start: number, count: number): Promise<ArrayLike<Cell>[]> {
  const { shape, type } = array
  const size = rowSize(array)
  const bytes = await array.read(start * size * type.width, (start + count) * size * type.width)
  if (bytes.length !== count * size * type.width)
    throw new FormatError(`${array.name} ends within row ${start + 1} or after it. It is incomplete.`)
  const values = type.read(bytes, count * size)
  if (shape.length === 1) return [values]
  if (isOneColumn(shape)) {
    const inner = shape.slice(1)
    const cut = (row: number) => Array.prototype.slice.call(values, row * size, (row + 1) * size)
    const part = ArrayBuffer.isView(values)
      ? (row: number) => (values as unknown as Uint8Array).subarray(row * size, (row + 1) * size)
      : cut
    return [Array.from({ length: count }, (_, row) => ({ data: part(row), shape: inner }))]
  }
  return Array.from({ length: size }, (_, column) =>
    Array.from({ length: count }, (_, row) => values[row * size + column]),
  )
}

/** The values in the order of C, from those in the order of Fortran, where the first axis is the fastest. */
export function rowMajorBytes(bytes: Uint8Array, shape: readonly number[], width: number): Uint8Array {
  const result = new Uint8Array(bytes.length)
  const count = bytes.length / width
  const index = new Array<number>(shape.length).fill(0)
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, width))
  let at = 0
  for (let i = 0; i < count; i++) {
    for (let b = 0; b < width; b++) result[i * width + b] = bytes[at + b]!
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis]!
      if (++index[axis]! < shape[axis]!) break
      at -= strides[axis]! * shape[axis]!
      index[axis] = 0
    }
  }
  return result
}
