import { ConfigError, checkFields, DataError, describeValue } from '@gradus/core'
import { type DType, type Tensor, tensor, transpose } from '@gradus/tensor'
import type { Img } from './img.ts'

const fields = {
  dataFormat: { oneOf: ['channelsLast', 'channelsFirst'] },
  dtype: { oneOf: ['float32', 'float16', 'float64', 'int32', 'uint32'] },
} as const

/** The order of the axes of an image: `[height, width, channels]` or `[channels, height, width]`. */
export type DataFormat = 'channelsLast' | 'channelsFirst'

/** Options of `imgToArray`. */
export interface ImgToArrayOptions {
  /** The order of the axes (default `channelsLast`). */
  readonly dataFormat?: DataFormat
  /** The dtype of the tensor (default `float32`). */
  readonly dtype?: Exclude<DType, 'bool'>
}

/**
 * Returns the values of an image as a tensor `[height, width, channels]`, from 0 to 255. Throws `DataError` for a value that is no image.
 * Keras: `utils.img_to_array`.
 *
 * @example
 * import { imgToArray } from '@gradus/images'
 * const image = { data: Uint8Array.of(0, 51, 102, 255), width: 2, height: 2, channels: 1 }
 * imgToArray(image).shape // => [2, 2, 1]
 * imgToArray(image).array() // => [[[0], [51]], [[102], [255]]]
 */
export function imgToArray(img: Img, options: ImgToArrayOptions = {}): Tensor {
  checkFields('imgToArray', options, fields)
  const { dataFormat = 'channelsLast', dtype = 'float32' } = options
  const { data, width, height, channels } = requireImg('imgToArray', img)
  const values = tensor(data, { shape: [height, width, channels], dtype })
  return dataFormat === 'channelsFirst' ? transpose(values, [2, 0, 1]) : values
}

/** Returns a checked image. Throws `DataError` for other values, and for data that do not fill the image. */
export function requireImg(owner: string, img: unknown): Required<Img> {
  const { data, width, height, channels = 4 } = (img ?? {}) as Partial<Img>
  const isData = data instanceof Uint8Array || data instanceof Uint8ClampedArray || data instanceof Uint16Array
  const isSize = [width, height, channels].every((d) => Number.isInteger(d) && d! >= 1)
  if (!isData || !isSize) {
    throw new DataError(
      `${owner} takes an image { data, width, height, channels } with whole numbers, as loadImg returns it, and got ${describeValue(img)}.`,
    )
  }
  if (data.length !== width! * height! * channels) {
    throw new DataError(
      `${owner}: the image has ${data.length} values, and ${width} x ${height} pixels of ${channels} channels need ${width! * height! * channels}.`,
    )
  }
  return { data, width: width!, height: height!, channels }
}

/** Throws `ConfigError` for another number of channels than 1, 3 and 4. */
export function requireChannels(owner: string, option: string, channels: unknown): void {
  if (channels === 1 || channels === 3 || channels === 4) return
  throw new ConfigError(`${owner}: '${option}' is ${describeValue(channels)}; expected 1, 3 or 4.`)
}
