import { crc32 } from '@gradus/core'
import { joinBytes } from './protobuf.ts'

/** An image with 8 bits per channel: rows of pixels of 1 (gray), 3 (RGB) or 4 (RGBA) channels. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3 | 4
  readonly data: Uint8Array
}

const colorTypes = { 1: 0, 3: 2, 4: 6 } as const

/** Encodes an image as PNG. */
export async function encodePng({ width, height, channels, data }: Pixels): Promise<Uint8Array> {
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set([8, colorTypes[channels]], 8)
  const row = width * channels
  // each row begins with the number of its filter, 0 for none
  const filtered = new Uint8Array(height * (row + 1))
  for (let y = 0; y < height; y++) filtered.set(data.subarray(y * row, (y + 1) * row), y * (row + 1) + 1)
  return joinBytes([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', header),
    chunk('IDAT', await zlib(filtered)),
    chunk('IEND', new Uint8Array()),
  ])
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const named = joinBytes([new TextEncoder().encode(name), data])
  const numbers = new DataView(new ArrayBuffer(8))
  numbers.setUint32(0, data.length)
  numbers.setUint32(4, crc32(named))
  const bytes = new Uint8Array(numbers.buffer)
  return joinBytes([bytes.subarray(0, 4), named, bytes.subarray(4)])
}

async function zlib(data: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([data as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream('deflate'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
