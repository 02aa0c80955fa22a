import { FormatError } from '@gradus/core'
import { ascii, startsWith } from '../files/bytes.ts'
import { arrayOf, type NpyArray } from './dtype.ts'
import { readPickle } from './pickle.ts'

/** The header of an `.npy` file. */
export interface NpyHeader {
  /** A dtype of NumPy, such as `<f8`. */
  readonly descr: string
  readonly shape: readonly number[]
  readonly isFortran: boolean
  /** The position of the first value. */
  readonly offset: number
}

/** Reads the header of an `.npy` file. Throws `FormatError` for damaged ones and for structured arrays. */
export function npyHeader(bytes: Uint8Array, name: string): NpyHeader {
  if (!startsWith(bytes, [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59])) throw new FormatError(`${name} is not an .npy file.`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const wide = bytes[6]! > 1
  const start = wide ? 12 : 10
  const length = bytes.length < start ? Number.NaN : wide ? view.getUint32(8, true) : view.getUint16(8, true)
  if (!(start + length <= bytes.length)) throw new FormatError(`${name} is incomplete: it ends in its header.`)
  const header = ascii(bytes.subarray(start, start + length))
  const [, fields] = /'descr'\s*:\s*\[(.*)\]\s*,\s*'/.exec(header) ?? []
  if (fields !== undefined) {
    const names = [...fields.slice(0, 1000).matchAll(/\(\s*'([^']*)'/g)].map(([, field]) => `'${field}'`)
    throw new FormatError(
      `${name} holds a structured array with the fields ${names.slice(0, 10).join(', ')}. Save each field by itself, or the array as CSV.`,
    )
  }
  const [, descr] = /'descr'\s*:\s*'([^']*)'/.exec(header) ?? []
  const [, order] = /'fortran_order'\s*:\s*(True|False)/.exec(header) ?? []
  const [, sizes] = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(header) ?? []
  if (descr === undefined || order === undefined || sizes === undefined) {
    throw new FormatError(
      `${name} has the header ${JSON.stringify(header.slice(0, 100))}; expected descr, fortran_order and shape.`,
    )
  }
  const shape = (sizes.match(/\d+/g) ?? []).map(Number)
  return { descr, shape, isFortran: order === 'True', offset: start + length }
}

/**
 * Reads an array of NumPy from an `.npy` file. Throws `FormatError` for damaged files, and for pickles that hold anything but lists
 * of numbers and texts.
 */
export function readNpy(bytes: Uint8Array, name: string): NpyArray {
  const { descr, shape, isFortran, offset } = npyHeader(bytes, name)
  const rest = bytes.subarray(offset)
  if (!descr.endsWith('O')) return arrayOf(descr, shape, isFortran, rest, name)
  const value = readPickle(rest, name)
  if (typeof value !== 'object' || value === null || !('kind' in value))
    throw new FormatError(`${name} holds no array.`)
  return value
}
