import { unpackLzw } from './gif-lzw.ts'
import { ImageProblem, requireSize } from './image-problem.ts'
import type { Pixels } from './pixels.ts'

/**
 * Decodes the first frame of a GIF file: RGB, or RGBA if it has a transparent color or does not fill the image. Throws `ImageProblem`
 * for damaged files and for more than `maxPixels`. Source: GIF 89a (CompuServe, 1990).
 */
export function decodeGif(bytes: Uint8Array, maxPixels: number): Pixels {
  if (bytes.length < 13) throw cutOff()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [width, height] = [view.getUint16(6, true), view.getUint16(8, true)]
  requireSize(width, height, maxPixels)
  const { table: globalTable, end } = colorTable(bytes, 13, bytes[10]!)
  let transparent = -1
  for (let at = end; ; ) {
    const block = bytes[at]
    if (block === undefined) throw cutOff()
    if (block === 0x3b) throw new ImageProblem('has no frame')
    if (block === 0x21) {
      if (bytes[at + 1] === 0xf9 && bytes[at + 2] === 4) transparent = bytes[at + 3]! & 1 ? (bytes[at + 6] ?? -1) : -1
      at = subBlocks(bytes, at + 2).end
    } else if (block === 0x2c) {
      if (at + 11 > bytes.length) throw cutOff()
      const [left, top] = [view.getUint16(at + 1, true), view.getUint16(at + 3, true)]
      const [columns, rows] = [view.getUint16(at + 5, true), view.getUint16(at + 7, true)]
      const flags = bytes[at + 9]!
      requireSize(columns, rows, maxPixels)
      const local = colorTable(bytes, at + 10, flags)
      const table = local.table ?? globalTable
      if (table === undefined) throw new ImageProblem('has no table of colors')
      const indices = unpackLzw(subBlocks(bytes, local.end + 1).data, bytes[local.end]!, columns * rows)
      const frame = { left, top, columns, rows, indices, interlaced: (flags & 64) !== 0 }
      return painted(width, height, frame, table, transparent)
    } else throw new ImageProblem(`has a block of type ${block}, which GIF does not have`)
  }
}

interface Frame {
  readonly left: number
  readonly top: number
  readonly columns: number
  readonly rows: number
  readonly indices: Uint8Array
  readonly interlaced: boolean
}

function painted(width: number, height: number, frame: Frame, table: Uint8Array, transparent: number): Pixels {
  const { left, top, columns, rows, indices, interlaced } = frame
  const fills = left === 0 && top === 0 && columns >= width && rows >= height
  const channels = fills && transparent < 0 ? 3 : 4
  const data = new Uint8Array(width * height * channels)
  const order = interlaced ? interlacedRows(rows) : undefined
  for (let row = 0; row < rows; row++) {
    const y = top + (order ? order[row]! : row)
    if (y >= height) continue
    for (let column = 0; column < Math.min(columns, width - left); column++) {
      const color = indices[row * columns + column]!
      const target = (y * width + left + column) * channels
      for (let channel = 0; channel < 3; channel++) data[target + channel] = table[3 * color + channel] ?? 0
      if (channels === 4) data[target + 3] = color === transparent ? 0 : 255
    }
  }
  return { data, width, height, channels }
}

function interlacedRows(rows: number): number[] {
  const passes = [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ] as const
  return passes.flatMap(([start, step]) =>
    Array.from({ length: Math.max(0, Math.ceil((rows - start) / step)) }, (_, i) => start + i * step),
  )
}

function colorTable(bytes: Uint8Array, at: number, flags: number): { table?: Uint8Array; end: number } {
  if (!(flags & 128)) return { end: at }
  const end = at + 3 * 2 ** ((flags & 7) + 1)
  if (end > bytes.length) throw cutOff()
  return { table: bytes.subarray(at, end), end }
}

/** Joins sub-blocks, which have their length before them, up to the empty one. */
function subBlocks(bytes: Uint8Array, start: number): { data: Uint8Array; end: number } {
  let length = 0
  let at = start
  for (; bytes[at]; at += bytes[at]! + 1) length += bytes[at]!
  if (at >= bytes.length) throw cutOff()
  const data = new Uint8Array(length)
  let to = 0
  for (let from = start; from < at; from += bytes[from]! + 1) {
    data.set(bytes.subarray(from + 1, from + 1 + bytes[from]!), to)
    to += bytes[from]!
  }
  return { data, end: at + 1 }
}

function cutOff(): ImageProblem {
  return new ImageProblem('ends before its first frame does. It is cut off')
}
