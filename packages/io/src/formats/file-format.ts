import { FormatError } from '@gradus/core'

/** How values of one kind are kept in files. */
export interface FileFormat<T> {
  readonly name: string
  /** Endings of file names, such as `.safetensors`. */
  readonly extensions: readonly string[]
  /** Whether bytes look like this format. `path` is the name of the file, where there is one. */
  matches(bytes: Uint8Array, path?: string): boolean
  /** Throws `FormatError` for bytes that are damaged. */
  read(bytes: Uint8Array): T
  write?(value: T): Uint8Array
}

/**
 * The first of `formats` that matches. Throws `FormatError` with the first bytes and the known formats where none does.
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
    `${path === undefined ? 'The file' : `The file '${path}'`} has a format that is not known: it ${start ? `begins with the bytes ${start}` : 'is empty'}. Known formats: ${known}. Save it as one of these, or give a reader for it as one of the formats.`,
  )
}
