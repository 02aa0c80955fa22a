import { checkFields, DataError, describeValue } from '@gradus/core'
import { type DType, type Tensor, tensor } from '@gradus/tensor'
import type { Img } from './img.ts'
import { requireChannels, requireImg } from './img-to-array.ts'
import { writeChannels } from './pixels/color-mode.ts'
import { type Drawable, drawnPixels } from './platform-pixels.ts'

const fields = {
  numChannels: 'unknown',
  dtype: { oneOf: ['float32', 'float16', 'float64', 'int32', 'uint32'] },
} as const

/** Pixels in memory, such as `ImageData`, or what a canvas can draw: a canvas, a video, an image element or an `ImageBitmap`. */
export type PixelSource = Img | Drawable

/** Options of `fromPixels`. */
export interface FromPixelsOptions {
  /** 1 for gray, 3 for RGB (default), 4 for RGBA. */
  readonly numChannels?: 1 | 3 | 4
  /** The dtype of the tensor (default `float32`). */
  readonly dtype?: Exclude<DType, 'bool'>
}

/** Values that were sent to the backend; the next image of the same size is written to them. */
let values = new Float32Array(0)

/**
 * Returns the pixels of an image as a tensor `[height, width, numChannels]`, from 0 to 255. For each frame of a camera, dispose the
 * tensor or use `tidy`; nothing else is kept. Throws `DataError` for other values, for images and videos that are not loaded yet, and
 * for pixels of other origins, which the browser does not give.
 *
 * @example
 * import { fromPixels } from '@gradus/images'
 * const image = { data: Uint8ClampedArray.of(255, 0, 51, 255), width: 1, height: 1 }
 * fromPixels(image).array() // => [[[255, 0, 51]]]
 * fromPixels(image, { numChannels: 1 }).array() // => [[[82]]]
 */
export function fromPixels(source: PixelSource, options: FromPixelsOptions = {}): Tensor {
  checkFields('fromPixels', options, fields)
  const { numChannels = 3, dtype = 'float32' } = options
  requireChannels('fromPixels', 'numChannels', numChannels)
  const { data, width, height, channels } = pixelsOf(source)
  const length = width * height * numChannels
  if (values.length !== length) values = new Float32Array(length)
  writeChannels({ data, channels }, { data: values, channels: numChannels })
  return tensor(values, { shape: [height, width, numChannels], dtype })
}

function pixelsOf(source: PixelSource): Required<Img> {
  if (typeof source === 'object' && source !== null && 'data' in source) return requireImg('fromPixels', source)
  const { width, height } = sizeOf(source)
  let data: Uint8ClampedArray | undefined
  try {
    data = drawnPixels(source, width, height)
  } catch (cause) {
    throw new DataError(`fromPixels cannot read the pixels of ${describeValue(source)}: ${(cause as Error).message}`, {
      cause,
    })
  }
  if (data) return { data, width, height, channels: 4 }
  throw new DataError(
    `fromPixels takes an image { data, width, height } or what a canvas can draw, and got ${describeValue(source)}. In Node, load images with loadImg.`,
  )
}

type Sizes = Partial<
  Record<'videoWidth' | 'videoHeight' | 'naturalWidth' | 'naturalHeight' | 'displayWidth' | 'displayHeight', number>
>

/** The size of an element's contents, which is not that on the screen. */
function sizeOf(source: Drawable): { readonly width: number; readonly height: number } {
  const found = (source ?? {}) as Drawable & Sizes
  const width = found.videoWidth ?? found.naturalWidth ?? found.displayWidth ?? found.width
  const height = found.videoHeight ?? found.naturalHeight ?? found.displayHeight ?? found.height
  if (typeof width === 'number' && typeof height === 'number' && width > 0 && height > 0) return { width, height }
  throw new DataError(
    width === 0 || height === 0
      ? 'fromPixels: the image or video has no pixels yet. Wait for its event load or loadeddata.'
      : `fromPixels takes an image { data, width, height } or what a canvas can draw, and got ${describeValue(source)}.`,
  )
}
