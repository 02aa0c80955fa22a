import { FormatError } from '@gradus/core'
import { type NpyHeader, npyHeader, readNpy } from '@gradus/datasets/internals'
import type { Cell } from '../../cell.ts'
import { type ArrayFile, requireArray, rowMajorBytes } from './array-file.ts'
import { type ValueType, valueType } from './values.ts'

/** Bytes of an `.npy` file that can be read at any position. */
export interface NpyBytes {
  readonly name: string
  readonly size: number
  read(start?: number, end?: number): Promise<Uint8Array>
}

/** The bytes in which the header lies; a longer one is found in the whole file. */
const headerBytes = 2 ** 16

/** Reads the header of an array. */
export async function headerOf(file: NpyBytes): Promise<NpyHeader> {
  const start = await file.read(0, headerBytes)
  try {
    return npyHeader(start, file.name)
  } catch (error) {
    if (start.length < headerBytes) throw error
    return npyHeader(await file.read(0, 2 ** 24), file.name)
  }
}

/** Opens an array. The order of C is read row by row; that of Fortran and lists of objects are read at once. */
export async function npyArray(file: NpyBytes): Promise<ArrayFile> {
  const { name } = file
  const header = await headerOf(file)
  if (header.descr.endsWith('O')) return objectArray(await file.read(), name)
  const { shape, isFortran, offset } = header
  const type = valueType(header.descr, name)
  if (isFortran && shape.length > 1) {
    const bytes = (await file.read()).subarray(offset)
    requireArray(name, shape, type.width, bytes.length)
    const ordered = rowMajorBytes(bytes, shape, type.width)
    return { name, shape, type, read: async (start, end) => ordered.subarray(start, end) }
  }
  const size = Number.isNaN(file.size) ? (await file.read()).length : file.size
  requireArray(name, shape, type.width, size - offset)
  return { name, shape, type, read: (start, end) => file.read(offset + start, offset + end) }
}

/** An array of Python objects: lists and texts are cells. */
function objectArray(bytes: Uint8Array, name: string): ArrayFile {
  const { shape, values, data } = readNpy(bytes, name)
  const cells = (values ?? Array.from(data ?? [])) as readonly Cell[]
  requireArray(name, shape, 1, cells.length)
  if (cells.some((cell) => cell instanceof Map)) throw new FormatError(`${name} holds dictionaries. Save it as JSONL.`)
  // each cell counts as a byte, so that rows are found by position
  const positions = new WeakMap<Uint8Array, number>()
  const type: ValueType = {
    width: 1,
    read: (piece, count) => cells.slice(positions.get(piece)!, positions.get(piece)! + count),
  }
  return {
    name,
    shape,
    type,
    async read(start, end) {
      const piece = new Uint8Array(end - start)
      positions.set(piece, start)
      return piece
    },
  }
}
