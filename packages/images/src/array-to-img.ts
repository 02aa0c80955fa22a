import { type ArrayData, checkFields, DataError, toHostArray } from '@gradus/core'
import { formatShape } from '@gradus/tensor'
import type { Img } from './img.ts'
import type { DataFormat } from './img-to-array.ts'

const fields = { dataFormat: { oneOf: ['channelsLast', 'channelsFirst'] }, scale: 'boolean' } as const

/** Options of `arrayToImg`. */
export interface ArrayToImgOptions {
  /** The order of the axes of the array (default `channelsLast`). */
  readonly dataFormat?: DataFormat
  /** Whether values are moved and scaled so that the least is 0 and the greatest 255 (default true). */
  readonly scale?: boolean
}

/**
 * Returns an image of the values of an array `[height, width, channels]` with 1, 3 or 4 channels. Without `scale`, values are cut to whole
 * numbers and must be from 0 to 255, and gray of more than 255 has 16 bits. Throws `DataError` for other arrays and values. Keras:
 * `utils.array_to_img`, which takes values outside of that modulo 256.
 *
 * @example
 * import { arrayToImg } from '@gradus/images'
 * const image = await arrayToImg([[[0.5], [1.5]]])
 * image.data // => [0, 255]
 */
export async function arrayToImg(x: ArrayData, options: ArrayToImgOptions = {}): Promise<Img> {
  checkFields('arrayToImg', options, fields)
  const { dataFormat = 'channelsLast', scale = true } = options
  const { data, shape } = await toHostArray(x, 'x')
  if (shape.length !== 3) {
    throw new DataError(
      `arrayToImg: x has shape ${formatShape(shape)}; expected one image, [height, width, channels] or channels first.`,
    )
  }
  const isFirst = dataFormat === 'channelsFirst'
  const [height, width, channels] = (isFirst ? [shape[1], shape[2], shape[0]] : shape) as [number, number, number]
  if (![1, 3, 4].includes(channels) || width * height === 0) {
    throw new DataError(
      `arrayToImg: x has shape ${formatShape(shape)}, so ${channels} channels; expected at least one pixel of 1, 3 or 4 channels.`,
    )
  }
  const { shift, factor, least, most } = rangeOf(data, scale)
  const highest = channels === 1 && most > 255 ? 65535 : 255
  if (!scale && !(least > -1 && most < highest + 1)) {
    throw new DataError(
      `arrayToImg: x has values from ${least} to ${most}; without 'scale' they must be from 0 to ${highest}. Pass scale: true, or clip them.`,
    )
  }
  const result = new (highest > 255 && !scale ? Uint16Array : Uint8Array)(data.length)
  const pixels = width * height
  for (let i = 0; i < data.length; i++) {
    const from = isFirst ? (i % channels) * pixels + Math.trunc(i / channels) : i
    result[i] = (Number(data[from]) - shift) * factor
  }
  return { data: result, width, height, channels }
}

function rangeOf(data: ArrayLike<number>, scale: boolean) {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!
    if (!Number.isFinite(value))
      throw new DataError(`arrayToImg: value ${i} of x is ${value}; expected a finite number.`)
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  if (!scale) return { shift: 0, factor: 1, least, most }
  return { shift: least, factor: most === least ? 0 : 255 / (most - least), least, most }
}
