import { describeBytes, formatOf } from './format-of.ts'
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
  if (format === undefined) throw new ImageProblem(describeBytes(bytes))
  const header = format === 'jpeg' ? (await import('./jpeg-header.ts')).readJpegHeader(bytes, maxPixels) : undefined
  // others convert colors for print by a profile, which Keras does not
  const isForPrint = header?.components.length === 4
  if (decoder === 'auto' && !isForPrint) {
    const found = (await decodeInPage(bytes, maxPixels)) ?? (await decodeWithSharp(bytes, maxPixels))
    if (found) return found
  }
  if (format === 'jpeg') return (await import('./decode-jpeg.ts')).decodeJpeg(bytes, maxPixels)
  throw new ImageProblem(
    `is ${format.toUpperCase()}, which is decoded only by the package sharp or a browser. Install sharp, or convert it to PNG or JPEG`,
  )
}
