import { ConfigError, checkFields } from '@gradus/core'
import { encodeAsJpeg } from './formats/platform-encode-jpeg.ts'
import type { Img } from './img.ts'
import { requireImg } from './img-to-array.ts'
import { toColorMode } from './pixels/color-mode.ts'

const fields = { fileFormat: { oneOf: ['png', 'jpeg'] }, quality: { type: 'integer', min: 1, max: 100 } } as const

/** Options of `encodeImg`. */
export interface EncodeOptions {
  /** The format (default `png`). JPEG has no alpha and loses details. */
  readonly fileFormat?: 'png' | 'jpeg'
  /** The quality of JPEG, from 1 to 100 (default 75). */
  readonly quality?: number
}

/**
 * Returns the bytes of a PNG or JPEG file of an image. Throws `DataError` for a value that is no image, and `ConfigError` for an image
 * of 16 bits as JPEG.
 *
 * @example
 * import { encodeImg, loadImg } from '@gradus/images'
 * const image = { data: Uint8Array.of(1, 2, 3), width: 1, height: 1, channels: 3 }
 * const file = await encodeImg(image)
 * const again = await loadImg(file)
 * again.data // => [1, 2, 3]
 */
export async function encodeImg(img: Img, options: EncodeOptions = {}): Promise<Uint8Array> {
  checkFields('encodeImg', options, fields)
  const { fileFormat = 'png', quality = 75 } = options
  const { data, width, height, channels } = requireImg('encodeImg', img)
  const pixels = { width, height, channels, data: data instanceof Uint8ClampedArray ? plain(data) : data }
  if (fileFormat === 'png') return (await import('./formats/encode-png.ts')).encodePng(pixels)
  if (data instanceof Uint16Array) throw new ConfigError('encodeImg: JPEG has 8 bits, and the image has 16. Use png.')
  return encodeAsJpeg(toColorMode(pixels, 'rgba'), quality)
}

function plain(data: Uint8ClampedArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.length)
}
