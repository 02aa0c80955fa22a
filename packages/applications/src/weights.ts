import { ConfigError, DataError, describeValue } from '@gradus/core'
import type { FileSource } from '@gradus/io'
import type { Model } from '@gradus/models'
import type { DownloadOptions } from './options.ts'

/** A file with pretrained weights. */
export interface PublishedFile {
  /** Its address. */
  readonly origin: string
  /** Its MD5 or SHA-256. */
  readonly hash?: string
}

const keras = 'https://storage.googleapis.com/tensorflow/keras-applications/'

/** The MD5 or SHA-256 of the files of an application: that with its classifier, and that without. */
export type Hashes = readonly [withTop: string, withoutTop: string]

/** A file of Keras by its path below the folder of applications. */
export function kerasFile(path: string, hash?: string): PublishedFile {
  return { origin: keras + path, hash }
}

/** The file of one of the applications with the longest form of file names. */
export function orderedFile(folder: string, name: string, includeTop: boolean, hashes: Hashes): PublishedFile {
  const end = includeTop ? '.h5' : '_notop.h5'
  return kerasFile(`${folder}/${name}_weights_tf_dim_ordering_tf_kernels${end}`, hashes[includeTop ? 0 : 1])
}

/** Reads weights into a model from a file, or from that which is published. The readers of files are imported when they are needed. */
export async function readWeights(
  title: string,
  model: Model,
  weights: FileSource,
  published: PublishedFile | undefined,
  options: DownloadOptions,
): Promise<void> {
  const { useKerasFiles } = await import('@gradus/keras-files').catch((cause: unknown) => {
    const advice = 'run npm install @gradus/keras-files, or give weights: null'
    throw new ConfigError(
      `${title}: files of weights are read by @gradus/keras-files, which is not found: ${advice}.`,
      {
        cause,
      },
    )
  })
  useKerasFiles()
  if (!published) {
    if (typeof weights === 'object' || typeof weights === 'string') return model.loadWeights(weights)
    throw new ConfigError(
      `${title}: 'weights' is ${describeValue(weights)}; expected 'imagenet', a path, an address, a Blob, bytes or null.`,
    )
  }
  const { getFileBytes } = await import('@gradus/datasets')
  const { origin, hash } = published
  const { cacheDir, onProgress, signal } = options
  let bytes: Uint8Array
  try {
    bytes = await getFileBytes({ origin, cacheSubdir: 'models', fileHash: hash, cacheDir, onProgress, signal })
  } catch (cause) {
    if (!(cause instanceof DataError)) throw cause
    const instead = `Pass a file with the weights, ${title}({ weights: path }), or weights: null for random ones.`
    throw new DataError(`${cause.message} ${instead}`, { cause })
  }
  await model.loadWeights(bytes)
}
