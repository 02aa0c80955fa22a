import { ConfigError, checkFields, describeValue } from '@gradus/core'
import type { ImageSource } from './image-source.ts'
import type { Img } from './img.ts'
import { type ColorMode, toColorMode } from './pixels/color-mode.ts'
import type { LoadingInterpolation } from './pixels/loaded-size.ts'

const fields = {
  colorMode: { oneOf: ['rgb', 'rgba', 'grayscale'] },
  targetSize: 'numbers',
  interpolation: { oneOf: ['nearest', 'bilinear', 'bicubic', 'lanczos', 'box', 'hamming'] },
  keepAspectRatio: 'boolean',
  maxPixels: { type: 'integer', min: 1 },
  decoder: { oneOf: ['auto', 'javascript'] },
} as const

/** Options of `loadImg`. */
export interface LoadImgOptions {
  /** The colors of the result (default `rgb`). `grayscale` keeps the 16 bits of an image that has them. */
  readonly colorMode?: ColorMode
  /** The size `[height, width]` of the result (default that of the file). */
  readonly targetSize?: readonly [height: number, width: number] | null
  /** How pixels between those of the file are computed (default `nearest`). The others smooth axes that become shorter. */
  readonly interpolation?: LoadingInterpolation
  /** Whether edges are cut off so that the image is not distorted (default false). */
  readonly keepAspectRatio?: boolean
  /** The most pixels that the file may have by its header (default 2^26). */
  readonly maxPixels?: number
  /** `javascript` uses neither the package sharp nor the decoder of the browser (default `auto`). */
  readonly decoder?: 'auto' | 'javascript'
}

/**
 * Loads an image: PNG, JPEG, GIF (its first frame) or BMP, recognized by its contents; with the package sharp and in browsers also others,
 * such as WebP. It is not turned by its EXIF orientation, and transparent pixels keep their colors. Throws `DataError` that names the
 * file for one that is missing, damaged, no image, or larger than `maxPixels`, and `ConfigError` for wrong options. Keras:
 * `utils.load_img`.
 *
 * @example
 * import { loadImg } from '@gradus/images'
 * const gif = Uint8Array.from(atob('R0lGODdhAQABAIAAAP8AAAAAACwAAAAAAQABAAACAkQBADs='), (c) => c.charCodeAt(0))
 * const image = await loadImg(gif, { targetSize: [1, 2] })
 * image.data // => [255, 0, 0, 255, 0, 0]
 */
export async function loadImg(source: ImageSource, options: LoadImgOptions = {}): Promise<Img> {
  checkFields('loadImg', options, fields)
  const {
    colorMode = 'rgb',
    targetSize,
    interpolation = 'nearest',
    keepAspectRatio = false,
    maxPixels,
    decoder,
  } = options
  const size = targetSize ?? undefined
  if (size !== undefined) requireImageSize('loadImg', 'targetSize', size)
  const { decodeSource } = await import('./image-source.ts')
  const pixels = toColorMode(await decodeSource(source, { maxPixels, decoder }), colorMode)
  if (size === undefined) return pixels
  const { resizedOnLoad } = await import('./pixels/loaded-size.ts')
  return resizedOnLoad(pixels, size[0], size[1], interpolation, keepAspectRatio)
}

/** Throws `ConfigError` for a size that is not `[height, width]` of at least 1. */
export function requireImageSize(owner: string, option: string, size: unknown): void {
  const isSize =
    Array.isArray(size) && size.length === 2 && size.every((d) => Number.isInteger(d) && d >= 1 && d <= 65535)
  if (isSize) return
  throw new ConfigError(
    `${owner}: '${option}' is ${describeValue(size)}; expected [height, width], two whole numbers from 1 to 65535.`,
  )
}
