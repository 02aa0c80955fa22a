import type { PngPixels } from '@gradus/core/files'

/** Encodes an image as a PNG file, compressed by the platform. */
export async function encodePng(pixels: PngPixels): Promise<Uint8Array> {
  const { pngFile, pngRows } = await import('@gradus/core/files')
  const stream = new Blob([pngRows(pixels)]).stream().pipeThrough(new CompressionStream('deflate'))
  return pngFile(pixels, new Uint8Array(await new Response(stream).arrayBuffer()))
}
