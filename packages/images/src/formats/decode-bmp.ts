import { ImageProblem, requireSize } from './image-problem.ts'
import type { Pixels } from './pixels.ts'

/** The bits of the colors in a pixel: red, green, blue and alpha. */
type Masks = readonly [number, number, number, number]

/**
 * Decodes a BMP file without compression: 1, 4, 8, 16, 24 or 32 bits for each pixel. Throws `ImageProblem` for damaged and compressed
 * files, and for more than `maxPixels`.
 */
export function decodeBmp(bytes: Uint8Array, maxPixels: number): Pixels {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 30) throw new ImageProblem('ends within its header. It is cut off')
  const headerSize = view.getUint32(14, true)
  const isOld = headerSize === 12
  if (!isOld && (headerSize < 40 || bytes.length < 54)) throw new ImageProblem('has a header that BMP does not have')
  const width = isOld ? view.getUint16(18, true) : view.getInt32(18, true)
  const signedHeight = isOld ? view.getUint16(20, true) : view.getInt32(22, true)
  const bits = view.getUint16(isOld ? 24 : 28, true)
  const compression = isOld ? 0 : view.getUint32(30, true)
  const height = Math.abs(signedHeight)
  requireSize(width, height, maxPixels)
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw new ImageProblem(`has ${bits} bits for each pixel`)
  if (compression !== 0 && compression !== 3 && compression !== 6)
    throw new ImageProblem(`has the compression ${compression}, which is not supported. Convert it to PNG`)
  const start = view.getUint32(10, true)
  const rowBytes = Math.ceil((width * bits) / 32) * 4
  if (start + height * rowBytes > bytes.length) throw new ImageProblem('ends before its last row. It is cut off')
  const rows = Array.from({ length: height }, (_, y) => {
    const at = start + (signedHeight < 0 ? y : height - 1 - y) * rowBytes
    return bytes.subarray(at, at + rowBytes)
  })
  const size = { width, height }
  if (bits <= 8) return { ...size, ...indexed(rows, width, bits, bytes.subarray(14 + headerSize), isOld ? 3 : 4) }
  if (bits === 24) return { ...size, ...blueFirst(rows, width) }
  return { ...size, ...masked(rows, width, bits, masksOf(view, bits, compression, headerSize)) }
}

type Colors = Pick<Pixels, 'data' | 'channels'>

function indexed(rows: readonly Uint8Array[], width: number, bits: number, table: Uint8Array, step: number): Colors {
  const data = new Uint8Array(rows.length * width * 3)
  rows.forEach((row, y) => {
    for (let x = 0; x < width; x++) {
      const bit = x * bits
      const color = (row[bit >> 3]! >> (8 - bits - (bit & 7))) & ((1 << bits) - 1)
      for (let channel = 0; channel < 3; channel++)
        data[(y * width + x) * 3 + channel] = table[color * step + 2 - channel] ?? 0
    }
  })
  return { data, channels: 3 }
}

function blueFirst(rows: readonly Uint8Array[], width: number): Colors {
  const data = new Uint8Array(rows.length * width * 3)
  rows.forEach((row, y) => {
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < 3; channel++) data[(y * width + x) * 3 + channel] = row[3 * x + 2 - channel]!
  })
  return { data, channels: 3 }
}

function masksOf(view: DataView, bits: number, compression: number, headerSize: number): Masks {
  if (compression === 0) return bits === 16 ? [0x7c00, 0x3e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, 0]
  if (view.byteLength < 70) throw new ImageProblem('ends within its header. It is cut off')
  const hasAlpha = headerSize >= 56 || compression === 6
  return [
    view.getUint32(54, true),
    view.getUint32(58, true),
    view.getUint32(62, true),
    hasAlpha ? view.getUint32(66, true) : 0,
  ]
}

function masked(rows: readonly Uint8Array[], width: number, bits: number, masks: Masks): Colors {
  const channels = masks[3] === 0 ? 3 : 4
  const data = new Uint8Array(rows.length * width * channels)
  const fields = masks.slice(0, channels).map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask)
    return { mask, shift, most: mask >>> shift }
  })
  rows.forEach((row, y) => {
    const view = new DataView(row.buffer, row.byteOffset, row.byteLength)
    for (let x = 0; x < width; x++) {
      const pixel = bits === 16 ? view.getUint16(2 * x, true) : view.getUint32(4 * x, true)
      fields.forEach(({ mask, shift, most }, channel) => {
        const value = (pixel & mask) >>> shift
        data[(y * width + x) * channels + channel] = most === 0 ? 0 : Math.floor((value * 255) / most)
      })
    }
  })
  return { data, channels }
}
