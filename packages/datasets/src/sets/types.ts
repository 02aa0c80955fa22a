import type { NumberArray } from '@gradus/tensor'
import type { DownloadOptions } from '../files/platform-download.ts'

/**
 * Where the files of a data set lie instead of at the publisher's address: the path or address of a file, or of a folder with the
 * files (an address of a folder ends with `/`), or the file itself.
 */
export type DataFrom = string | URL | Blob | ArrayBuffer | Uint8Array

/** Options of `load` of every data set. */
export interface LoadOptions extends DownloadOptions {
  /** Where the files lie (default: at the publisher's address). They are not compared with the publisher's checksum. */
  readonly from?: DataFrom
  /** The SHA-256 or MD5 of the file that `from` names. */
  readonly fileHash?: string
  /** The folder of the cache (default `$GRADUS_HOME`, otherwise `~/.gradus`); the files are in its folder `datasets`. */
  readonly cacheDir?: string
  /** Whether the files are downloaded although they are in the cache (default false). */
  readonly forceDownload?: boolean
}

/** Numbers with a shape, as `fit` takes them: it converts them to `dtype`. */
export interface Values<D extends NumberArray = NumberArray, T extends 'float32' | 'int32' = 'float32' | 'int32'> {
  readonly data: D
  readonly shape: readonly number[]
  readonly dtype: T
}

/** Samples and their targets. */
export interface Part<X, Y> {
  readonly x: X
  readonly y: Y
}

/** Samples to train with and samples to test with. */
export interface DataSet<X, Y> {
  readonly train: Part<X, Y>
  readonly test: Part<X, Y>
}

/** Images, as bytes from 0 to 255, with the number of their class. */
export type ImageSet = DataSet<Values<Uint8Array, 'float32'>, Values<Uint8Array, 'int32'>>

/** Sequences of word numbers with the number of their class. */
export type SequenceSet = DataSet<number[][], Values<Int32Array, 'int32'>>

/** Rows of numbers with a target. */
export type TableSet = DataSet<Values<Float64Array, 'float32'>, Values<Float64Array, 'float32'>>
