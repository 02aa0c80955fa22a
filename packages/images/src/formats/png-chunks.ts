import { crc32, joinBytes } from '@gradus/core'
import { ImageProblem, requireSize } from './image-problem.ts'

/** The header of a PNG file, with what decoding needs of its chunks. */
export interface PngChunks {
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly colorType: number
  readonly interlaced: boolean
  readonly palette: Uint8Array | undefined
  readonly transparency: Uint8Array | undefined
  /** The compressed pixels. */
  readonly data: Uint8Array
}

type Header = Omit<PngChunks, 'data' | 'palette' | 'transparency'>

/** The values of a pixel by color type. */
export const pngChannels: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

const depths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
}

/** Reads the chunks of a PNG file that hold pixels; others are skipped. Throws `ImageProblem` for damaged files. */
export function readPngChunks(bytes: Uint8Array, maxPixels: number): PngChunks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const pieces: Uint8Array[] = []
  let header: Header | undefined
  let palette: Uint8Array | undefined
  let transparency: Uint8Array | undefined
  let at = 8
  for (;;) {
    if (at + 12 > bytes.length) throw new ImageProblem('ends before its last chunk. It is cut off')
    const length = view.getUint32(at)
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    if (at + 12 + length > bytes.length) throw new ImageProblem(`ends within a chunk ${printable(type)}. It is cut off`)
    const body = bytes.subarray(at + 8, at + 8 + length)
    const needed = /^(IHDR|PLTE|tRNS|IDAT)$/.test(type)
    if (needed && crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length))
      throw new ImageProblem(`is damaged: the checksum of its chunk ${type} is wrong`)
    header ??= readHeader(type, body, maxPixels)
    if (type === 'IEND') break
    if (type === 'PLTE') palette = body
    else if (type === 'tRNS') transparency = body
    else if (type === 'IDAT') pieces.push(body)
    at += 12 + length
  }
  if (header.colorType === 3 && (palette === undefined || palette.length % 3 !== 0))
    throw new ImageProblem('has no valid palette')
  return { ...header, palette, transparency, data: joinBytes(pieces) }
}

function readHeader(type: string, body: Uint8Array, maxPixels: number): Header {
  if (type !== 'IHDR') throw new ImageProblem('has no header')
  if (body.length !== 13) throw new ImageProblem(`has a header of ${body.length} bytes; expected 13`)
  const view = new DataView(body.buffer, body.byteOffset)
  const [width, height] = [view.getUint32(0), view.getUint32(4)]
  const [depth, colorType, compression, filter, interlace] = body.subarray(8) as unknown as number[]
  if (!depths[colorType!]?.includes(depth!))
    throw new ImageProblem(`has the color type ${colorType} with ${depth} bits, which PNG does not have`)
  if (compression !== 0 || filter !== 0 || interlace! > 1)
    throw new ImageProblem('has a compression, filter or interlace method that PNG does not have')
  requireSize(width, height, maxPixels)
  return { width, height, depth: depth!, colorType: colorType!, interlaced: interlace === 1 }
}

function printable(type: string): string {
  return /^[A-Za-z]{4}$/.test(type) ? type : 'without a name'
}
