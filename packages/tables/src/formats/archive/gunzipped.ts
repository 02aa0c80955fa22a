import { DataError } from '@gradus/core'
import { inflate, joined } from '@gradus/datasets/internals'
import type { TableInput } from '../format.ts'

/** The bytes that are read by inflating again rather than from memory. */
const headBytes = 2 ** 20
/** The most bytes that are held in memory, of a small file. */
const leastLimit = 2 ** 28

/** A file that is compressed by gzip as the file in it. It is inflated piece by piece; only `read` beyond the start holds it in memory. */
export function gunzipped(input: TableInput): TableInput {
  const pieces = () => inflate(input.pieces(), 'gzip', input.name)
  const limit = Math.max(leastLimit, 100 * input.size)
  let whole: Promise<Uint8Array> | undefined
  const { beside } = input
  return {
    name: input.name,
    ...(input.path === undefined ? {} : { path: input.path.replace(/\.gz(ip)?$/i, '') }),
    size: Number.NaN,
    async read(start = 0, end = Number.POSITIVE_INFINITY) {
      if (end > headBytes || whole) {
        whole ??= joined(pieces(), input.name, limit)
        return (await whole).subarray(start, end)
      }
      return (await head(pieces(), end)).subarray(start)
    },
    pieces,
    ...(beside && {
      async beside(name: string) {
        const other = await beside(`${name}.gz`)
        return other ? gunzipped(other) : beside(name)
      },
    }),
  }
}

/** The first bytes of pieces. */
export async function head(pieces: AsyncIterable<Uint8Array>, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let at = 0
  for await (const piece of pieces) {
    const part = piece.subarray(0, length - at)
    bytes.set(part, at)
    at += part.length
    if (at === length) break
  }
  return bytes.subarray(0, at)
}

/** All bytes of a file. Throws `DataError` for one of more than `most` bytes, with the advice `instead`. */
export async function wholeBytes(input: TableInput, most: number, instead: string): Promise<Uint8Array> {
  const tooLarge = (size: number) =>
    new DataError(
      `${input.name} has ${Math.ceil(size / 2 ** 20)} MiB; at most ${Math.floor(most / 2 ** 20)} are read at once. ${instead}`,
    )
  if (input.size > most) throw tooLarge(input.size)
  const bytes = await input.read()
  if (bytes.length > most) throw tooLarge(bytes.length)
  return bytes
}
