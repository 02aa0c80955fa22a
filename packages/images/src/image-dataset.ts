import { ConfigError, checkFields, joinFields } from '@gradus/core'
import {
  type BothParts,
  type Directory,
  type DirectoryDataset,
  type DirectoryOptions,
  datasetFromDirectory,
  directoryFields,
} from '@gradus/data'
import type { DataFormat } from './img-to-array.ts'
import { requireImageSize } from './load-img.ts'
import { type ColorMode, channelsOf } from './pixels/color-mode.ts'
import { type DatasetInterpolation, datasetInterpolations } from './pixels/interpolations.ts'

/** Options of `imageDatasetFromDirectory`, with Keras's names. */
export interface ImageDirectoryOptions extends DirectoryOptions {
  /** The colors of the images (default `rgb`). */
  readonly colorMode?: ColorMode
  /** The size of the images: `[height, width]`, or one number for both (default `[256, 256]`). */
  readonly imageSize?: number | readonly [height: number, width: number]
  /** How pixels between those of the file are computed (default `bilinear`). */
  readonly interpolation?: DatasetInterpolation
  /** Whether edges are cut off so that images are not distorted (default false). */
  readonly cropToAspectRatio?: boolean
  /** Whether black edges are added so that images are not distorted (default false). */
  readonly padToAspectRatio?: boolean
  /** The order of the axes (default `channelsLast`). */
  readonly dataFormat?: DataFormat
  /** The threads of Node that decode images: 0 for none (default: one less than processors, from 1 to 8). */
  readonly workers?: number
  /** Is called for an image that cannot be read, which is then left out of its batch. Without it, the error is thrown. */
  readonly onBroken?: (path: string, error: Error) => void
  /** The most pixels that a file may have by its header (default 2^26). */
  readonly maxPixels?: number
  /** `javascript` uses neither the package sharp nor the decoder of the browser (default `auto`). */
  readonly decoder?: 'auto' | 'javascript'
}

const fields = /* @__PURE__ */ joinFields(directoryFields, {
  colorMode: { oneOf: ['rgb', 'rgba', 'grayscale'] },
  imageSize: 'unknown',
  interpolation: { oneOf: datasetInterpolations },
  cropToAspectRatio: 'boolean',
  padToAspectRatio: 'boolean',
  dataFormat: { oneOf: ['channelsLast', 'channelsFirst'] },
  workers: { type: 'integer', min: 0, max: 256 },
  onBroken: 'function',
  maxPixels: { type: 'integer', min: 1 },
  decoder: { oneOf: ['auto', 'javascript'] },
} as const)

/**
 * Makes batches of the images of a folder, with the folders in it as classes: `x` is float32 from 0 to 255,
 * `[batch, height, width, channels]`, `y` the numbers of classes. The files are PNG, JPEG, GIF (the first frame) and BMP. They are
 * decoded and resized in threads while earlier batches are used; in pages the browser decodes them. The folder is a path, or in a page a
 * `FileSystemDirectoryHandle` or the files of an input with `webkitdirectory`. The result has `classNames` and `filePaths`, and is a
 * pipeline: `map`, `take` and the others work, and `fit` takes it. With `subset: 'both'` there are two in a list.
 *
 * The files are in Keras's order, shuffled by the seed as Keras does, and cut for validation at the same place; the order of each pass is
 * that of `Pipeline.shuffle`. Throws `ConfigError` for options that do not fit the folder, and `DataError` for a folder without images,
 * and, with its path, for an image that is damaged, no image, or larger than `maxPixels`. Keras: `utils.image_dataset_from_directory`.
 *
 * @example
 * import { imageDatasetFromDirectory, saveImg } from '@gradus/images'
 * import { mkdtemp } from 'node:fs/promises'
 * const folder = await mkdtemp('/tmp/gradus-images-')
 * await saveImg(`${folder}/dark/0.png`, [[[0], [50]]], { scale: false })
 * await saveImg(`${folder}/light/0.png`, [[[200], [250]]], { scale: false })
 * const options = { imageSize: [1, 1], colorMode: 'grayscale', shuffle: false, verbose: false } as const
 * const data = await imageDatasetFromDirectory(folder, options)
 * data.classNames // => ['dark', 'light']
 * const seen = []
 * for await (const { x, y } of data) seen.push(x.shape, x.data, y.data)
 * seen // => [[2, 1, 1, 1], [25, 225], [0, 1]]
 */
export function imageDatasetFromDirectory(
  directory: Directory,
  options: ImageDirectoryOptions & BothParts,
): Promise<[DirectoryDataset, DirectoryDataset]>
export function imageDatasetFromDirectory(
  directory: Directory,
  options?: ImageDirectoryOptions,
): Promise<DirectoryDataset>
export async function imageDatasetFromDirectory(
  directory: Directory,
  options: ImageDirectoryOptions = {},
): Promise<DirectoryDataset | [DirectoryDataset, DirectoryDataset]> {
  const owner = 'imageDatasetFromDirectory'
  checkFields(owner, options, fields)
  const {
    colorMode = 'rgb',
    imageSize,
    interpolation = 'bilinear',
    cropToAspectRatio,
    padToAspectRatio,
    ...rest
  } = options
  const { dataFormat = 'channelsLast', workers, onBroken, maxPixels, decoder = 'auto', ...others } = rest
  const size = typeof imageSize === 'number' ? [imageSize, imageSize] : (imageSize ?? [256, 256])
  requireImageSize(owner, 'imageSize', size)
  if (cropToAspectRatio && padToAspectRatio) {
    throw new ConfigError(`${owner}: 'cropToAspectRatio' and 'padToAspectRatio' are both true. Leave one of them out.`)
  }
  const [height, width] = size as [number, number]
  const channels = channelsOf[colorMode]
  const isChannelsFirst = dataFormat === 'channelsFirst'
  const fit = cropToAspectRatio ? 'crop' : padToAspectRatio ? 'pad' : 'stretch'
  const preparation = {
    colorMode,
    channels,
    height,
    width,
    interpolation,
    fit,
    isChannelsFirst,
    maxPixels,
    decoder,
  } as const
  const { imageLoader } = await import('./image-loader.ts')
  const load = imageLoader(preparation, workers, onBroken)
  return datasetFromDirectory(directory, others, { owner, formats: ['.bmp', '.gif', '.jpeg', '.jpg', '.png'], load })
}
