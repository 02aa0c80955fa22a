/** Something that a canvas can draw: a canvas, a video, an image element, an `ImageBitmap` or a `VideoFrame`. */
export interface Drawable {
  readonly width?: number | object
  readonly height?: number | object
}

interface Context2D {
  drawImage(source: Drawable, x: number, y: number, width: number, height: number): void
  clearRect(x: number, y: number, width: number, height: number): void
  getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray }
}

interface Canvas {
  width: number
  height: number
  getContext(kind: '2d', options: { willReadFrequently: boolean }): Context2D | null
}

interface Page {
  readonly OffscreenCanvas?: new (width: number, height: number) => Canvas
  readonly document?: { createElement(name: 'canvas'): Canvas }
}

/** The canvas in which everything is drawn, so that many frames need no more memory than one. */
let shared: { readonly canvas: Canvas; readonly context: Context2D } | undefined

/** Returns the RGBA pixels of something that is drawn in the shared canvas; undefined where there is none. */
export function drawnPixels(source: Drawable, width: number, height: number): Uint8ClampedArray | undefined {
  shared ??= newCanvas(width, height)
  if (!shared) return undefined
  const { canvas, context } = shared
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
  else context.clearRect(0, 0, width, height)
  context.drawImage(source, 0, 0, width, height)
  return context.getImageData(0, 0, width, height).data
}

function newCanvas(width: number, height: number): typeof shared {
  const { OffscreenCanvas, document } = globalThis as Page
  const canvas = OffscreenCanvas ? new OffscreenCanvas(width, height) : document?.createElement('canvas')
  const context = canvas?.getContext('2d', { willReadFrequently: true })
  return canvas && context ? { canvas, context } : undefined
}
