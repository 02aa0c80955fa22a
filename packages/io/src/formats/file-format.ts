import { FormatError } from '@gradus/core'

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
  /** Encodes a value as the bytes of a file. Absent if the format can only be read. */
  write?(value: T): Uint8Array
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
  throw new FormatError(
    `${path === undefined ? 'The file' : `The file '${path}'`} has a format that is not known: it ${beginning(bytes)}. Known formats: ${known}. Save it in one of these, or pass a format that can read it.`,
  )
}

/** The first bytes of files that are often taken for model files. */
const otherFiles: readonly (readonly [start: readonly number[], name: string])[] = [
  [[0x89, 0x48, 0x44, 0x46], 'is an HDF5 file, such as Keras writes as .h5'],
  [[0x50, 0x4b, 3, 4], 'is a ZIP archive, such as Keras writes as .keras'],
  [[0x89, 0x50, 0x4e, 0x47], 'is a PNG image'],
  [[0xff, 0xd8, 0xff], 'is a JPEG image'],
  [[0x1f, 0x8b], 'is a gzip archive'],
  [[0x7b], 'begins with a brace, as JSON does'],
  [[0x3c], "begins with '<', as HTML does, which servers send where there is no such file"],
]

function beginning(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'is empty'
  const known = otherFiles.find(([start]) => start.every((byte, index) => bytes[index] === byte))
  const first = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return known?.[1] ?? `begins with the bytes ${first}`
}
