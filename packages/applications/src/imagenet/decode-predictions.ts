import {
  type ArrayData,
  checkFields,
  DataError,
  FormatError,
  isPlainObject,
  type Kind,
  toHostArray,
} from '@gradus/core'
import { type FileSource, readFile } from '@gradus/io'
import { formatShape } from '@gradus/tensor'
import type { DownloadOptions } from '../options.ts'

/** The names of classes by their number: the identifier in WordNet, and a description. */
export type ClassIndex = Readonly<Record<string, readonly [id: string, description: string]>>

/** A class with its score. */
export type Prediction = readonly [id: string, description: string, score: number]

/** Options of `decodePredictions`. */
export interface DecodeOptions extends DownloadOptions {
  /** The number of classes for each image (default 5). */
  readonly top?: number
  /** The names of the classes, or a JSON file with them (default: the file that Keras publishes, which is downloaded once). */
  readonly classIndex?: FileSource | ClassIndex
}

const fields = {
  top: { type: 'integer', min: 1 },
  classIndex: 'unknown',
  cacheDir: 'string',
  onProgress: { type: 'function' as Kind<() => void> },
  signal: 'unknown',
} as const

const published = {
  origin: 'https://storage.googleapis.com/download.tensorflow.org/data/imagenet_class_index.json',
  fileHash: 'c2c37ea517e94d9795004a39431a14cb',
  cacheSubdir: 'models',
} as const

let downloaded: Promise<ClassIndex> | undefined

/**
 * Returns for each row of predictions `[images, classes]` the classes with the highest scores, the highest first, each as
 * `[id, description, score]`. Throws `DataError` for predictions of another shape or number of classes, and if the names of the
 * classes cannot be read. Keras: `decode_predictions`.
 *
 * @example
 * import { decodePredictions } from '@gradus/applications'
 * const classIndex = { 0: ['n1', 'cat'], 1: ['n2', 'dog'] }
 * await decodePredictions([[0.25, 0.75]], { top: 1, classIndex }) // => [[['n2', 'dog', 0.75]]]
 */
export async function decodePredictions(predictions: ArrayData, options: DecodeOptions = {}): Promise<Prediction[][]> {
  checkFields('decodePredictions', options, fields)
  const { top = 5, ...others } = options
  const { shape, data } = await toHostArray(predictions, 'predictions')
  const [images, classes] = shape
  if (shape.length !== 2)
    throw new DataError(
      `decodePredictions takes predictions [images, classes] and got the shape ${formatShape(shape)}.`,
    )
  const names = await classIndexOf(others)
  const known = Object.keys(names).length
  if (known !== classes) {
    throw new DataError(
      `decodePredictions: the predictions have ${classes} classes, and there are names for ${known}. Give the names of the classes as 'classIndex'.`,
    )
  }
  return Array.from({ length: images! }, (_, image) => {
    const scores = data.subarray(image * classes, (image + 1) * classes)
    const order = Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]! || b - a)
    return order.slice(0, top).map((index): Prediction => [...names[index]!, scores[index]!])
  })
}

async function classIndexOf({ classIndex, ...downloads }: Omit<DecodeOptions, 'top'>): Promise<ClassIndex> {
  if (classIndex === undefined) {
    downloaded ??= download(downloads).catch((error) => {
      downloaded = undefined
      throw error
    })
    return downloaded
  }
  if (isPlainObject(classIndex)) return checked(classIndex)
  return parsed(await readFile(classIndex as FileSource))
}

async function download(options: DownloadOptions): Promise<ClassIndex> {
  const { getFileBytes } = await import('@gradus/datasets')
  return parsed(await getFileBytes({ ...published, ...options }))
}

function parsed(bytes: Uint8Array): ClassIndex {
  const text = new TextDecoder().decode(bytes)
  try {
    return checked(JSON.parse(text))
  } catch (cause) {
    if (cause instanceof FormatError) throw cause
    throw new FormatError(`The file with the names of the classes is no JSON: it begins with ${text.slice(0, 40)}.`, {
      cause,
    })
  }
}

function checked(value: unknown): ClassIndex {
  const count = isPlainObject(value) ? Object.keys(value).length : 0
  for (let index = 0; index < count; index++) {
    const entry: unknown = (value as Record<string, unknown>)[index]
    if (!Array.isArray(entry) || entry.length !== 2 || entry.some((part) => typeof part !== 'string'))
      throw new FormatError(`The names of the classes have no [id, description] for the class ${index}.`)
  }
  if (count === 0) throw new FormatError('The names of the classes must be an object { 0: [id, description], ... }.')
  return value as ClassIndex
}
