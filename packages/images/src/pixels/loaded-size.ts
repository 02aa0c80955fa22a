import type { Pixels } from '../formats/pixels.ts'
import { loadingFilters } from './filters.ts'
import { smoothTaps, type Taps } from './taps.ts'

/** How `loadImg` computes pixels between those of the image. */
export type LoadingInterpolation = keyof typeof loadingFilters | 'nearest'

/** A part of an image from its left and upper to its right and lower edge, in pixels. */
interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/**
 * Resizes an image to whole numbers, as Pillow does. Axes that become shorter are smoothed, but not with `nearest`. With
 * `keepAspectRatio` the edges are cut off first.
 */
export function resizedOnLoad(
  pixels: Pixels,
  height: number,
  width: number,
  interpolation: LoadingInterpolation,
  keepAspectRatio: boolean,
): Pixels {
  if (pixels.width === width && pixels.height === height) return pixels
  const box = keepAspectRatio ? middleOf(pixels, height, width) : boxOf(pixels)
  if (interpolation === 'nearest') return nearest(pixels, box, height, width)
  const filter = loadingFilters[interpolation]
  const across = smoothTaps(pixels.width, box.left, box.right, width, filter)
  const down = smoothTaps(pixels.height, box.top, box.bottom, height, filter)
  const isWider = pixels.width !== width || box.left > 0 || box.right !== width
  const isTaller = pixels.height !== height || box.top > 0 || box.bottom !== height
  const input = pixels.channels === 4 ? withAlphaMultiplied(pixels) : pixels
  const rows = isWider ? alongRows(input, across) : input
  const resized = isTaller ? alongColumns(rows, down) : rows
  return pixels.channels === 4 ? withAlphaDivided(resized) : resized
}

function boxOf({ width, height }: Pixels): Box {
  return { left: 0, top: 0, right: width, bottom: height }
}

function middleOf({ width, height }: Pixels, targetHeight: number, targetWidth: number): Box {
  const innerHeight = Math.min(height, Math.floor((width * targetHeight) / targetWidth))
  const innerWidth = Math.min(width, Math.floor((height * targetWidth) / targetHeight))
  const [left, top] = [Math.floor((width - innerWidth) / 2), Math.floor((height - innerHeight) / 2)]
  return { left, top, right: left + innerWidth, bottom: top + innerHeight }
}

function nearest(
  { data, width: imageWidth, height: imageHeight, channels }: Pixels,
  box: Box,
  height: number,
  width: number,
): Pixels {
  const result = new (data.constructor as typeof Uint8Array)(width * height * channels)
  const is8Bits = data instanceof Uint8Array
  const columns = centers(box.left, box.right, width, imageWidth, is8Bits)
  const rows = centers(box.top, box.bottom, height, imageHeight, is8Bits)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (rows[y]! * imageWidth + columns[x]!) * channels
      for (let channel = 0; channel < channels; channel++)
        result[(y * width + x) * channels + channel] = data[from + channel]!
    }
  }
  return { data: result, width, height, channels }
}

/**
 * The elements at the centers of equal parts from `from` to `to`. Pillow steps from center to center by addition where `isAdded`, and
 * its rounding decides which of two elements is taken.
 */
function centers(from: number, to: number, count: number, length: number, isAdded: boolean): number[] {
  const step = (to - from) / count
  let sum = from + step * 0.5
  return Array.from({ length: count }, (_, i) => {
    const center = isAdded ? sum : from + step * (i + 0.5)
    sum += step
    return Math.min(Math.trunc(center), length - 1)
  })
}

/** Weights in whole numbers of 2 ** -22, with which images of 8 bits are computed. */
const precision = 2 ** 22

function wholeTaps(taps: readonly Taps[]): Taps[] {
  return taps.map(({ start, weights }) => ({
    start,
    weights: weights.map((weight) => Math.trunc(weight * precision + (weight < 0 ? -0.5 : 0.5))),
  }))
}

function alongRows(pixels: Pixels, taps: readonly Taps[]): Pixels {
  return along(pixels, taps, taps.length, pixels.height, (x, y) => ({ index: x, start: y * pixels.width, step: 1 }))
}

function alongColumns(pixels: Pixels, taps: readonly Taps[]): Pixels {
  const step = pixels.width
  return along(pixels, taps, pixels.width, taps.length, (x, y) => ({ index: y, start: x, step }))
}

/** Computes each pixel of the result from pixels on a line, which begins at `start`. */
function along(
  { data, channels }: Pixels,
  taps: readonly Taps[],
  width: number,
  height: number,
  lineOf: (x: number, y: number) => { readonly index: number; readonly start: number; readonly step: number },
): Pixels {
  const is8Bits = data instanceof Uint8Array
  const [most, scale] = is8Bits ? [255, precision] : [65535, 1]
  const used = is8Bits ? wholeTaps(taps) : taps
  const result = new (data.constructor as typeof Uint8Array)(width * height * channels)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const line = lineOf(x, y)
      const { start, weights } = used[line.index]!
      for (let channel = 0; channel < channels; channel++) {
        let sum = scale / 2
        for (let tap = 0; tap < weights.length; tap++)
          sum += weights[tap]! * data[(line.start + (start + tap) * line.step) * channels + channel]!
        result[(y * width + x) * channels + channel] = Math.max(0, Math.min(most, Math.floor(sum / scale)))
      }
    }
  }
  return { data: result, width, height, channels }
}

function withAlphaMultiplied(pixels: Pixels): Pixels {
  return perColor(pixels, (color, alpha) => {
    const product = color * alpha + 128
    return ((product >> 8) + product) >> 8
  })
}

function withAlphaDivided(pixels: Pixels): Pixels {
  return perColor(pixels, (color, alpha) =>
    alpha === 0 || alpha === 255 ? color : Math.min(255, Math.trunc((255 * color) / alpha)),
  )
}

function perColor(pixels: Pixels, change: (color: number, alpha: number) => number): Pixels {
  const data = new Uint8Array(pixels.data.length)
  for (let i = 0; i < data.length; i++) {
    const isAlpha = i % 4 === 3
    data[i] = isAlpha ? pixels.data[i]! : change(pixels.data[i]!, pixels.data[i | 3]!)
  }
  return { ...pixels, data }
}
