import { type ArrayData, ConfigError, checkFields, describeValue } from '@gradus/core'
import type { FileTarget } from '@gradus/io'
import { arrayToImg } from './array-to-img.ts'
import { encodeImg } from './encode-img.ts'
import type { Img } from './img.ts'
import type { DataFormat } from './img-to-array.ts'

const fields = {
  dataFormat: { oneOf: ['channelsLast', 'channelsFirst'] },
  fileFormat: { oneOf: ['png', 'jpeg', 'jpg'] },
  scale: 'boolean',
  quality: { type: 'integer', min: 1, max: 100 },
} as const

/** Options of `saveImg`. */
export interface SaveImgOptions {
  /** The order of the axes of an array (default `channelsLast`). */
  readonly dataFormat?: DataFormat
  /** The format (default by the end of the file's name). */
  readonly fileFormat?: 'png' | 'jpeg' | 'jpg'
  /** Whether the values of an array are scaled to 0 to 255 (default true). */
  readonly scale?: boolean
  /** The quality of JPEG, from 1 to 100 (default 75). */
  readonly quality?: number
}

/**
 * Saves an array `[height, width, channels]` or an image as a PNG or JPEG file. The file is complete or stays as it was. JPEG leaves
 * alpha out. Throws `ConfigError` for other formats, `DataError` for other arrays, and an error if the file cannot be written. Keras:
 * `utils.save_img`.
 *
 * @example
 * import { loadImg, saveImg } from '@gradus/images'
 * await saveImg('/tmp/gradus-example.png', [[[0], [127], [255]]], { scale: false })
 * const image = await loadImg('/tmp/gradus-example.png', { colorMode: 'grayscale' })
 * image.data // => [0, 127, 255]
 */
export async function saveImg(target: FileTarget, x: ArrayData | Img, options: SaveImgOptions = {}): Promise<void> {
  checkFields('saveImg', options, fields)
  const { dataFormat, scale, quality } = options
  const fileFormat = formatFor(target, options.fileFormat)
  const isImg = typeof x === 'object' && x !== null && 'width' in x
  const img = isImg ? x : await arrayToImg(x, { dataFormat, scale })
  const bytes = await encodeImg(img, { fileFormat, quality })
  const { writeFileAtomic } = await import('./write-file.ts')
  await writeFileAtomic(target, bytes)
}

function formatFor(target: FileTarget, given: SaveImgOptions['fileFormat']): 'png' | 'jpeg' {
  const path = target instanceof URL ? target.pathname : target
  const name = typeof path === 'string' ? path : (path as { readonly name?: unknown }).name
  const format = given ?? (typeof name === 'string' ? /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() : undefined)
  if (format === 'png') return 'png'
  if (format === 'jpeg' || format === 'jpg') return 'jpeg'
  throw new ConfigError(
    `saveImg writes files that end in .png, .jpg or .jpeg, and got ${describeValue(name)}. Give the format with 'fileFormat'.`,
  )
}
