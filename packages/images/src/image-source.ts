import { DataError } from '@gradus/core'
import { type FileSource, readFile } from '@gradus/io'
import { type DecodeOptions, decodeBytes } from './formats/decode-bytes.ts'
import { ImageProblem } from './formats/image-problem.ts'
import type { Pixels } from './formats/pixels.ts'

/** An image file: a path, a handle of a browser, a `Blob`, or its bytes. */
export type ImageSource = FileSource

/** The largest file that is read. */
const maxBytes = 2 ** 29

/** Reads and decodes an image. Throws `DataError` that names the image. */
export async function decodeSource(source: ImageSource, options: DecodeOptions): Promise<Pixels> {
  const bytes = await readFile(source, { maxBytes })
  return decodeBytes(bytes, options).catch((error) => {
    throw imageError(nameOf(source), error)
  })
}

/** The error for an image that cannot be read; other errors stay as they are. */
export function imageError(name: string, error: unknown): unknown {
  return error instanceof ImageProblem ? new DataError(`${name} ${error.message}.`, { cause: error }) : error
}

function nameOf(source: ImageSource): string {
  const path = source instanceof URL ? source.href : source
  const name = typeof path === 'string' ? path : (path as { readonly name?: unknown }).name
  return typeof name === 'string' && name !== '' && !/^data:/i.test(name)
    ? `The image '${name.slice(-300)}'`
    : 'The image'
}
