import { ImageProblem, requireSize } from './image-problem.ts'
import type { Pixels } from './pixels.ts'

interface Bitmap {
  readonly width: number
  readonly height: number
  close(): void
}

interface Context2D {
  drawImage(image: Bitmap, x: number, y: number): void
  getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray }
}

interface Page {
  createImageBitmap?(
    blob: Blob,
    options: { imageOrientation: string; premultiplyAlpha: string; colorSpaceConversion: string },
  ): Promise<Bitmap>
  OffscreenCanvas?: new (
    width: number,
    height: number,
  ) => { getContext(kind: '2d', options: { willReadFrequently: boolean }): Context2D | null }
}

/**
 * Decodes an image with the decoder of the browser, as its file has it: without its color profile and without turning it. Undefined
 * where there is none. Transparent colors lose precision, because a canvas stores them multiplied with alpha.
 */
export async function decodeInPage(bytes: Uint8Array, maxPixels: number): Promise<Pixels | undefined> {
  const { createImageBitmap, OffscreenCanvas } = globalThis as Page
  if (!createImageBitmap || !OffscreenCanvas) return undefined
  const options = { imageOrientation: 'none', premultiplyAlpha: 'none', colorSpaceConversion: 'none' }
  let bitmap: Bitmap
  try {
    bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>]), options)
  } catch (cause) {
    throw new ImageProblem(`cannot be decoded by this browser: ${(cause as Error).message}`, { cause })
  }
  try {
    const { width, height } = bitmap
    requireSize(width, height, maxPixels)
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
    if (!context) throw new ImageProblem('cannot be decoded: this browser gives no canvas')
    context.drawImage(bitmap, 0, 0)
    const { data } = context.getImageData(0, 0, width, height)
    return { data: new Uint8Array(data.buffer, data.byteOffset, data.length), width, height, channels: 4 }
  } finally {
    bitmap.close()
  }
}
