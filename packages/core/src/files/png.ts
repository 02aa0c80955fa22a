import { crc32 } from './crc.ts'
import { joinBytes } from './join-bytes.ts'

/** An image, row by row from the top. 1 to 4 channels are gray, gray and alpha, RGB, and RGBA. */
export interface PngPixels {
  readonly data: Uint8Array | Uint16Array
  readonly width: number
  readonly height: number
  readonly channels: number
}

const colorTypes: Readonly<Record<number, number>> = { 1: 0, 2: 4, 3: 2, 4: 6 }

/**
 * Returns the rows of an image as a PNG file holds them before compression: each begins with the number of its filter, and all but the
 * first are differences from the row above.
 */
export function pngRows({ data, width, height, channels }: PngPixels): InstanceType<Uint8ArrayConstructor> {
  const bytes = data instanceof Uint16Array ? bigEndian(data) : data
  const rowBytes = width * channels * data.BYTES_PER_ELEMENT
  const rows = new Uint8Array(height * (rowBytes + 1))
  for (let row = 0; row < height; row++) {
    const [at, from] = [row * (rowBytes + 1), row * rowBytes]
    rows[at] = row === 0 ? 0 : 2
    for (let i = 0; i < rowBytes; i++)
      rows[at + 1 + i] = bytes[from + i]! - (row === 0 ? 0 : bytes[from + i - rowBytes]!)
  }
  return rows
}

/**
 * Returns a PNG file, with 16 bits for each value of a `Uint16Array`. `compressed` are the `pngRows` of the image, compressed with zlib,
 * which each platform has in another form.
 */
export function pngFile({ data, width, height, channels }: PngPixels, compressed: Uint8Array): Uint8Array {
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set([8 * data.BYTES_PER_ELEMENT, colorTypes[channels]!], 8)
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
  return joinBytes([signature, chunk('IHDR', header), chunk('IDAT', compressed), chunk('IEND', new Uint8Array())])
}

function chunk(type: string, body: Uint8Array): Uint8Array {
  const named = joinBytes([new TextEncoder().encode(type), body])
  return joinBytes([bigEndian32(body.length), named, bigEndian32(crc32(named))])
}

function bigEndian32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

function bigEndian(values: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(2 * values.length)
  const view = new DataView(bytes.buffer)
  values.forEach((value, i) => {
    view.setUint16(2 * i, value)
  })
  return bytes
}
