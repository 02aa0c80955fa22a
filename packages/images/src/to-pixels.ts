import type { ArrayData } from '@gradus/core'
import { arrayToImg } from './array-to-img.ts'
import { toColorMode } from './pixels/color-mode.ts'
import { drawOn, type TargetCanvas } from './platform-draw.ts'

/** RGBA pixels, from which `ImageData` is made. */
export interface RgbaPixels {
  readonly data: Uint8ClampedArray
  readonly width: number
  readonly height: number
}

/**
 * Returns the values of an array `[height, width, channels]`, from 0 to 255, as RGBA pixels, and draws them on a canvas if one is given,
 * which gets their size. Throws `DataError` for other arrays and values.
 *
 * @example
 * import { toPixels } from '@gradus/images'
 * const { data } = await toPixels([[[255, 0, 51]]])
 * data // => [255, 0, 51, 255]
 */
export async function toPixels(x: ArrayData, canvas?: TargetCanvas): Promise<RgbaPixels> {
  const { width, height, channels = 3, data } = await arrayToImg(x, { scale: false })
  const rgba = toColorMode({ width, height, channels, data: data as Uint8Array }, 'rgba')
    .data as Uint8Array<ArrayBuffer>
  const pixels = { data: new Uint8ClampedArray(rgba.buffer), width, height }
  if (canvas) drawOn(canvas, pixels)
  return pixels
}
