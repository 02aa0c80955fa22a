import type { Pixels } from '../formats/pixels.ts'

/** The colors of loaded images. */
export type ColorMode = 'rgb' | 'rgba' | 'grayscale'

/** The values of a pixel by color mode. */
export const channelsOf: Readonly<Record<ColorMode, 1 | 3 | 4>> = { grayscale: 1, rgb: 3, rgba: 4 }

/**
 * Converts pixels to a color mode: gray is repeated, alpha is dropped or 255, and colors become the luma of ITU-R 601-2. Gray of 16 bits
 * stays as it is in `grayscale` and is divided by 256 otherwise.
 */
export function toColorMode(pixels: Pixels, mode: ColorMode): Pixels {
  const to = channelsOf[mode]
  if (pixels.channels === to && (to === 1 || pixels.data instanceof Uint8Array)) return pixels
  const { width, height, channels } = pixels
  const from = pixels.data instanceof Uint16Array ? Uint8Array.from(pixels.data, (value) => value >> 8) : pixels.data
  const isGray = channels < 3
  const hasAlpha = channels % 2 === 0
  const data = new Uint8Array(width * height * to)
  for (let i = 0, at = 0, target = 0; i < width * height; i++, at += channels, target += to) {
    const red = from[at]!
    const green = isGray ? red : from[at + 1]!
    const blue = isGray ? red : from[at + 2]!
    if (to === 1) data[target] = isGray ? red : (19595 * red + 38470 * green + 7471 * blue + 32768) >> 16
    else {
      data[target] = red
      data[target + 1] = green
      data[target + 2] = blue
      if (to === 4) data[target + 3] = hasAlpha ? from[at + channels - 1]! : 255
    }
  }
  return { data, width, height, channels: to }
}
