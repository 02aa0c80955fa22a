import { FormatError } from '@gradus/core'
import type { Chunks } from '../files/bytes.ts'

/** Decompresses pieces: `gzip`, or `deflate-raw` as in zip files. Throws `FormatError` if they are damaged. */
export async function* inflate(
  chunks: Chunks,
  format: 'gzip' | 'deflate-raw',
  name: string,
): AsyncGenerator<Uint8Array> {
  const stream = new DecompressionStream(format as 'gzip')
  const writer = stream.writable.getWriter()
  const reader = stream.readable.getReader() as ReadableStreamDefaultReader<Uint8Array>
  let failure: unknown
  const written = (async () => {
    try {
      for await (const piece of chunks) await writer.write(piece as Uint8Array<ArrayBuffer>)
      await writer.close()
    } catch (error) {
      failure ??= error
      await writer.abort(error).catch(() => {})
    }
  })()
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause) => {
        if (failure instanceof FormatError) throw failure
        throw new FormatError(`${name} is damaged or incomplete: its compressed data cannot be read.`, { cause })
      })
      if (done) break
      yield value
    }
  } finally {
    await reader.cancel().catch(() => {})
    await written
  }
}
