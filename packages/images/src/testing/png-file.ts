import { deflateSync } from 'node:zlib'
import { crc32 } from '@gradus/core'

/** A PNG file of chunks that a test makes, right or wrong. */
export function pngFile(header: PngHeader, rows: Uint8Array, others: readonly [string, Uint8Array][] = []): Uint8Array {
  const { width, height, depth, colorType, interlace = 0 } = header
  const body = Buffer.alloc(13)
  body.writeUInt32BE(width, 0)
  body.writeUInt32BE(height, 4)
  body.set([depth, colorType, 0, 0, interlace], 8)
  const chunks = [
    chunk('IHDR', body),
    ...others.map(([type, data]) => chunk(type, data)),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', new Uint8Array(0)),
  ]
  return new Uint8Array(Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...chunks]))
}

/** The header of a PNG file. */
export interface PngHeader {
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly colorType: number
  readonly interlace?: number
}

function chunk(type: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type), data])
  const bytes = Buffer.alloc(named.length + 8)
  bytes.writeUInt32BE(data.length, 0)
  bytes.set(named, 4)
  bytes.writeUInt32BE(crc32(named), 4 + named.length)
  return bytes
}
