/** A canvas or an `OffscreenCanvas`. */
export interface TargetCanvas {
  width: number
  height: number
  getContext(kind: '2d'): unknown
}

interface Pixels {
  readonly data: Uint8ClampedArray
  readonly width: number
  readonly height: number
}

type ImageDataClass = new (data: Uint8ClampedArray, width: number, height: number) => object

/** Draws RGBA pixels on a canvas, which gets their size. */
export function drawOn(canvas: TargetCanvas, { data, width, height }: Pixels): void {
  const { ImageData } = globalThis as unknown as { readonly ImageData: ImageDataClass }
  Object.assign(canvas, { width, height })
  const context = canvas.getContext('2d') as { putImageData(image: object, x: number, y: number): void }
  context.putImageData(new ImageData(data, width, height), 0, 0)
}
