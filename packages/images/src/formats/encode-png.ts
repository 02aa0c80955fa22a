import { crc32 } from '@gradus/core'
import type { Pixels } from './pixels.ts'
import { deflate } from './platform-inflate.ts'

const colorTypes: Readonly<Record<number, number>> = { 1: 0, 2: 4, 3: 2, 4: 6 }

/** Encodes pixels as a PNG file; gray of 16 bits keeps them. Each row has the filter `Up`. */
export function encodePng({ data, width, height, channels }: Pixels): Uint8Array {
  const isWide = data instanceof Uint16Array
  const rowBytes = width * channels * (isWide ? 2 : 1)
  const bytes = isWide ? bigEndian(data) : data
  const raw = new Uint8Array(height * (rowBytes + 1))
  for (let row = 0; row < height; row++) {
    const [at, from] = [row * (rowBytes + 1), row * rowBytes]
    raw[at] = row === 0 ? 0 : 2
    for (let i = 0; i < rowBytes; i++)
      raw[at + 1 + i] = bytes[from + i]! - (row === 0 ? 0 : bytes[from + i - rowBytes]!)
  }
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set([isWide ? 16 : 8, colorTypes[channels]!], 8)
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
  return concatenated([signature, chunk('IHDR', header), chunk('IDAT', deflate(raw)), chunk('IEND', new Uint8Array(0))])
}

function bigEndian(data: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(2 * data.length)
  const view = new DataView(bytes.buffer)
  data.forEach((value, i) => {
    view.setUint16(2 * i, value)
  })
  return bytes
}

function chunk(type: string, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + body.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, body.length)
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i)
  bytes.set(body, 8)
  view.setUint32(8 + body.length, crc32(bytes.subarray(4, 8 + body.length)))
  return bytes
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
