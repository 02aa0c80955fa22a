import type { Pixels } from './pixels.ts'

interface Canvas {
  getContext(kind: '2d'): { putImageData(image: object, x: number, y: number): void } | null
  convertToBlob(options: { type: string; quality: number }): Promise<Blob>
}

interface Page {
  readonly OffscreenCanvas?: new (width: number, height: number) => Canvas
  readonly ImageData?: new (data: Uint8ClampedArray, width: number, height: number) => object
}

/** Encodes RGBA pixels as a JPEG file, in pages by the browser. Alpha is left out. */
export async function encodeAsJpeg({ data, width, height }: Pixels, quality: number): Promise<Uint8Array> {
  const opaque = Uint8ClampedArray.from(data, (value, i) => (i % 4 === 3 ? 255 : value))
  const { OffscreenCanvas, ImageData } = globalThis as Page
  if (OffscreenCanvas && ImageData) {
    const canvas = new OffscreenCanvas(width, height)
    const context = canvas.getContext('2d')
    if (context) {
      context.putImageData(new ImageData(opaque, width, height), 0, 0)
      const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: quality / 100 })
      return new Uint8Array(await blob.arrayBuffer())
    }
  }
  return (await import('./encode-jpeg.ts')).encodeJpeg(opaque, width, height, quality)
}
