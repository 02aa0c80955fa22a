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
  const data = new Uint8Array(width * height * to)
  writeChannels({ data: from, channels }, { data, channels: to })
  return { data, width, height, channels: to }
}

/** Values of pixels, row after row: gray, gray with alpha, RGB or RGBA. */
interface Channels<A> {
  readonly data: A
  readonly channels: number
}

/** Writes pixels with other channels. Gray is that of Pillow for bytes; alpha that is missing is 255. */
export function writeChannels(
  from: Channels<ArrayLike<number>>,
  to: Channels<{ [index: number]: number; readonly length: number }>,
): void {
  const isGray = from.channels < 3
  const hasAlpha = from.channels % 2 === 0
  for (let at = 0, target = 0; target < to.data.length; at += from.channels, target += to.channels) {
    const red = from.data[at]!
    const green = isGray ? red : from.data[at + 1]!
    const blue = isGray ? red : from.data[at + 2]!
    if (to.channels === 1) to.data[target] = isGray ? red : (19595 * red + 38470 * green + 7471 * blue + 32768) >> 16
    else {
      to.data[target] = red
      to.data[target + 1] = green
      to.data[target + 2] = blue
      if (to.channels === 4) to.data[target + 3] = hasAlpha ? from.data[at + from.channels - 1]! : 255
    }
  }
}
