import { ConfigError, DataError, describeValue } from '@gradus/core'
import type { FolderFile, TableInput } from './formats/format.ts'

/** The most bytes of a stream that are held in memory. */
const maxStream = 2 ** 31

/** Bytes in memory as an input. */
export function bytesInput(bytes: Uint8Array, name: string, path?: string): TableInput {
  return {
    name,
    ...(path === undefined ? {} : { path }),
    size: bytes.length,
    read: async (start = 0, end = bytes.length) => bytes.subarray(start, end),
    async *pieces() {
      const step = 2 ** 20
      for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step)
    },
  }
}

/** Collects a stream, which can be read once. Throws `DataError` for one of more than 2 GiB. */
export async function collectedInput(
  stream: AsyncIterable<unknown> | Iterable<unknown>,
  name: string,
  path?: string,
): Promise<TableInput> {
  const pieces: Uint8Array[] = []
  const encoder = new TextEncoder()
  let length = 0
  for await (const piece of stream) {
    const bytes = typeof piece === 'string' ? encoder.encode(piece) : piece
    if (!(bytes instanceof Uint8Array)) {
      throw new ConfigError(`${name} has a piece that is ${describeValue(piece)}; expected text or bytes (Uint8Array).`)
    }
    length += bytes.length
    if (length > maxStream) {
      throw new DataError(
        `${name} has more than ${maxStream / 2 ** 30} GiB, and a stream is held in memory. Save it to a file, and give the path.`,
      )
    }
    pieces.push(bytes)
  }
  const all = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return bytesInput(all, name, path)
}

/** The files of a folder as an input. */
export function filesInput(files: readonly FolderFile[], name: string, path?: string): TableInput {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1))
  return { ...bytesInput(new Uint8Array(), name, path), files: sorted }
}
