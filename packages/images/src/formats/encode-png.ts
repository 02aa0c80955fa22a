import { type PngPixels, pngFile, pngRows } from '@gradus/core/files'
import { deflate } from './platform-inflate.ts'

/** Encodes pixels as a PNG file; gray of 16 bits keeps them. */
export function encodePng(pixels: PngPixels): Uint8Array {
  return pngFile(pixels, deflate(pngRows(pixels)))
}
