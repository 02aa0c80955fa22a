import { formatOf } from './format-of.ts'
import { defaultMaxPixels, ImageProblem } from './image-problem.ts'
import type { Pixels } from './pixels.ts'
import { decodeInPage } from './platform-page.ts'
import { decodeWithSharp } from './platform-sharp.ts'

/** How bytes are decoded. */
export interface DecodeOptions {
  readonly maxPixels?: number | undefined
  /** `javascript` uses neither sharp nor the decoder of the browser (default `auto`). */
  readonly decoder?: 'auto' | 'javascript' | undefined
}

/**
 * Decodes the bytes of an image by what they are, whatever the name of the file. Decoders are loaded when they are first needed. JPEG
 * is decoded by sharp if it is installed, in pages by the browser, and otherwise in JavaScript; formats that JavaScript does not have
 * here only by the former. Throws `ImageProblem`.
 */
export async function decodeBytes(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Pixels> {
  const { maxPixels = defaultMaxPixels, decoder = 'auto' } = options
  const format = formatOf(bytes)
  if (format === 'png') return (await import('./decode-png.ts')).decodePng(bytes, maxPixels)
  if (format === 'gif') return (await import('./decode-gif.ts')).decodeGif(bytes, maxPixels)
  if (format === 'bmp') return (await import('./decode-bmp.ts')).decodeBmp(bytes, maxPixels)
  if (format === undefined) {
    const { describeBytes } = await import('./describe-bytes.ts')
    throw new ImageProblem(describeBytes(bytes))
  }
  if (format === 'jpeg') return jpegPixels(bytes, maxPixels, decoder)
  const found = decoder === 'auto' ? await byOthers(bytes, maxPixels) : undefined
  if (found) return found
  throw new ImageProblem(
    `is ${format.toUpperCase()}, which is decoded only by the package sharp or a browser. Install sharp, or convert it to PNG or JPEG`,
  )
}

/** Decodes by the browser or sharp; undefined where there is neither. */
async function byOthers(bytes: Uint8Array, maxPixels: number): Promise<Pixels | undefined> {
  return (await decodeInPage(bytes, maxPixels)) ?? decodeWithSharp(bytes, maxPixels)
}

async function jpegPixels(bytes: Uint8Array, maxPixels: number, decoder: 'auto' | 'javascript'): Promise<Pixels> {
  const { readJpegHeader, withoutSegment } = await import('./jpeg-header.ts')
  const { components, exif } = readJpegHeader(bytes, maxPixels)
  // others convert colors for print by a profile, which Keras does not
  if (decoder === 'auto' && components.length < 4) {
    // browsers turn an image by its orientation
    const found = await byOthers(exif ? withoutSegment(bytes, exif) : bytes, maxPixels)
    if (found) return found
  }
  return (await import('./decode-jpeg.ts')).decodeJpeg(bytes, maxPixels)
}
