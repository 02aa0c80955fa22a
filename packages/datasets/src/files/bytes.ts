import { DataError, joinBytes } from '@gradus/core'
import { strayFile } from '@gradus/core/files'

/** Pieces of the contents of a file. */
export type Chunks = AsyncIterable<Uint8Array>

/** The bytes as the only piece. */
export async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** Joins pieces. Throws `DataError` if they have more than `maxBytes`. */
export async function joined(chunks: Chunks, name: string, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of chunks) {
    length += piece.length
    if (length > maxBytes) throw tooLong(name, maxBytes)
    pieces.push(piece)
  }
  return joinBytes(pieces)
}

/** The error for contents that are longer than they may be. */
export function tooLong(name: string, maxBytes: number): DataError {
  const size = maxBytes >= 2 ** 20 ? `${Math.floor(maxBytes / 2 ** 20)} MiB` : `${maxBytes} bytes`
  return new DataError(`${name} has more than ${size}.`)
}

/** The same memory as a plain `Uint8Array`: a `Buffer` of Node has other methods. */
export function plainBytes({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** Whether bytes begin with others. */
export function startsWith(bytes: Uint8Array, start: readonly number[], at = 0): boolean {
  return bytes.length >= at + start.length && start.every((byte, i) => bytes[at + i] === byte)
}

/** The ASCII text of bytes. */
export function ascii(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

/** Returns why a file is not data: `an HTML page`, `a pointer of Git LFS`; otherwise undefined. */
export function notData(bytes: Uint8Array): string | undefined {
  const found = strayFile(bytes)
  if (found === 'html') return 'an HTML page, as servers send for errors and for logging in'
  return found && 'a pointer of Git LFS, not the file'
}
