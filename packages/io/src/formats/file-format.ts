import { FormatError } from '@gradus/core'
import { foreignFile } from './foreign-files.ts'

/**
 * Reads a file beside another one, by its path relative to it. Throws `DataError` for a path that leads out of the folder, for a file that
 * is missing and for one with more than `maxBytes` bytes.
 */
export type ReadBeside = (path: string, options?: { readonly maxBytes?: number }) => Promise<Uint8Array>

/** A file and those beside it that belong to it, by their paths. */
export interface FileSet {
  readonly main: Uint8Array
  readonly beside: Readonly<Record<string, Uint8Array>>
}

/** A file format for values of one kind. */
export interface FileFormat<T> {
  readonly name: string
  /** Extensions of file names, such as `.safetensors`. */
  readonly extensions: readonly string[]
  /** Whether bytes are in this format. `path` is the name of the file, if it has one. */
  matches(bytes: Uint8Array, path?: string): boolean
  /**
   * Returns the length of a file from the bytes at its beginning; undefined if they are too few. Files of a format that has this
   * function are recognised by their first 4096 bytes, and are refused before they are read where their header is damaged or their
   * length is another. Throws `FormatError` for a damaged header.
   */
  lengthOf?(start: Uint8Array): number | undefined
  /** Decodes the bytes of a file. Throws `FormatError` for damaged bytes. */
  read(bytes: Uint8Array): T
  /**
   * `lengthOf` and `read` for the weights alone. Of a file that holds more, such as the state of an optimizer, the bytes after the weights
   * are not read. Absent if the whole file is needed.
   */
  readonly weightsOnly?: {
    lengthOf(start: Uint8Array): number | undefined
    read(bytes: Uint8Array): T
  }
  /** Encodes a value as the bytes of a file. Absent if the format can only be read, or consists of several files. */
  write?(value: T): Uint8Array
  /** Like `read`, for a format with several files: reads those beside the first one too. */
  readSet?(bytes: Uint8Array, beside: ReadBeside): Promise<T>
  /** Like `write`, for a format with several files. `name` is the name of the first one. */
  writeSet?(value: T, name: string): FileSet
  /** Returns the paths of files beside a file that `writeSet` wrote. They are deleted when it is replaced. */
  besideIn?(bytes: Uint8Array): readonly string[]
  /** Reads a plain object that a program holds in place of a file; undefined if it is none of this format. */
  readObject?(value: Readonly<Record<string, unknown>>): T | undefined
}

/**
 * Returns the first of `formats` that matches. Throws `FormatError`, with the kind or the first bytes of the file and the known formats, if
 * none does.
 *
 * @example
 * import { formatOf, modelFormats } from '@gradus/io'
 * import { Dense } from '@gradus/layers'
 * import { Sequential } from '@gradus/models'
 * const bytes = await new Sequential([new Dense({ units: 2, inputShape: [3] })]).toBytes()
 * formatOf(modelFormats, bytes).name // => 'safetensors'
 */
export function formatOf<T>(formats: readonly FileFormat<T>[], bytes: Uint8Array, path?: string): FileFormat<T> {
  const found = formats.find((format) => format.matches(bytes, path))
  if (found) return found
  const known = formats.map(({ name, extensions }) => `${name} (${extensions.join(', ')})`).join(', ')
  const { name: what, remedy } = foreignFile(bytes)
  throw new FormatError(
    `${path === undefined ? 'The file' : `The file '${path}'`} has a format that is not known: it ${what}. Known formats: ${known}. Save it in one of these, or pass a format that can read it.${remedy ? ` ${remedy}` : ''}`,
  )
}
