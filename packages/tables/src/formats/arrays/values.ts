import { FormatError } from '@gradus/core'
import { arrayOf, ascii } from '@gradus/datasets/internals'
import { halfValue } from '@gradus/tensor/internals'
import type { Cell } from '../../cell.ts'

/** How the values of a dtype become cells. */
export interface ValueType {
  /** The bytes of a value. */
  readonly width: number
  /** Reads values that follow one another. */
  read(bytes: Uint8Array, count: number): ArrayLike<Cell>
}

/** Milliseconds of the units of dates; those of months and years have no fixed length. */
const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  s: 1e3,
  m: 6e4,
  h: 36e5,
  D: 864e5,
  W: 6048e5,
}

/** The type of values by its name in NumPy, such as `<f8`. Throws `FormatError` for types that are not read. */
export function valueType(descr: string, name: string): ValueType {
  const [, order, kind, size, unit] = /^([<>|=])([a-zA-Z])(\d{1,9})(?:\[(?:\d+)?(\w+)\])?$/.exec(descr) ?? []
  const little = order !== '>'
  const width = Number(size)
  const each = (read: (view: DataView, at: number) => Cell): ValueType => ({
    width,
    read: (bytes, count) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      return Array.from({ length: count }, (_, i) => read(view, i * width))
    },
  })
  switch (`${kind}${kind === 'U' || kind === 'S' ? '' : size}`) {
    case 'b1':
      return each((view, at) => view.getUint8(at) !== 0)
    case 'f2':
      return each((view, at) => halfValue(view.getUint16(at, little)))
    case 'i8':
      return each((view, at) => numberOf(view.getBigInt64(at, little)))
    case 'u8':
      return each((view, at) => numberOf(view.getBigUint64(at, little)))
    case 'M8':
      if (!unit || !(unit in units)) break
      return each((view, at) => dateOf(view.getBigInt64(at, little), units[unit]!))
    case 'U':
      if (width === 0) break
      return wideTexts(width, little)
    case 'S':
      if (width === 0) break
      return each((view, at) => ascii(new Uint8Array(view.buffer, view.byteOffset + at, width)).replace(/\0+$/, ''))
    case 'u1':
    case 'i1':
    case 'u2':
    case 'i2':
    case 'u4':
    case 'i4':
    case 'f4':
    case 'f8':
      return { width, read: (bytes, count) => arrayOf(descr, [count], false, bytes, name).data! }
  }
  const shown = JSON.stringify(descr.slice(0, 40))
  const complex = kind === 'c' ? ' Save the real and the imaginary part by themselves.' : ''
  throw new FormatError(
    `${name} holds values of the dtype ${shown}, which is no cell.${complex || ' Save it as numbers or texts.'}`,
  )
}

/** A number that has all digits, otherwise the integer of 64 bits. */
function numberOf(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function dateOf(value: bigint, milliseconds: number): Date | undefined {
  if (value === -(2n ** 63n)) return undefined // NaT
  return new Date(
    milliseconds < 1 ? Number(value / BigInt(Math.round(1 / milliseconds))) : Number(value) * milliseconds,
  )
}

/** Texts of 4 bytes for each character, filled up with 0. */
function wideTexts(characters: number, little: boolean): ValueType {
  const width = 4 * characters
  return {
    width,
    read: (bytes, count) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      return Array.from({ length: count }, (_, i) => {
        let text = ''
        let end = characters
        while (end > 0 && view.getUint32(i * width + 4 * (end - 1), little) === 0) end--
        for (let k = 0; k < end; k++) {
          const code = view.getUint32(i * width + 4 * k, little)
          text += code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd'
        }
        return text
      })
    },
  }
}
