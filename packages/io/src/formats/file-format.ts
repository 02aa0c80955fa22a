import { FormatError } from '@gradus/core'

/** A file format for values of one kind. */
export interface FileFormat<T> {
  readonly name: string
  /** Extensions of file names, such as `.safetensors`. */
  readonly extensions: readonly string[]
  /** Whether bytes are in this format. `path` is the name of the file, if it has one. */
  matches(bytes: Uint8Array, path?: string): boolean
  /** Decodes the bytes of a file. Throws `FormatError` for damaged bytes. */
  read(bytes: Uint8Array): T
  /** Encodes a value as the bytes of a file. Absent if the format can only be read. */
  write?(value: T): Uint8Array
}

/**
 * Returns the first of `formats` that matches. Throws `FormatError`, with the first bytes and the known formats, if none does.
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
  const start = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  const known = formats.map(({ name, extensions }) => `${name} (${extensions.join(', ')})`).join(', ')
  throw new FormatError(
    `${path === undefined ? 'The file' : `The file '${path}'`} has a format that is not known: it ${start ? `begins with the bytes ${start}` : 'is empty'}. Known formats: ${known}. Save it in one of these, or pass a format that can read it.`,
  )
}
