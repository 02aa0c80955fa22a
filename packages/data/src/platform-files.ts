import { nodeModule } from '@gradus/core'
/** Reads the bytes of a file in pieces. Throws on platforms without files. */
export function fileChunks(path: string): AsyncIterable<Uint8Array> {
  const fs = nodeModule<typeof import('node:fs')>('node:fs')
  if (!fs)
    throw new Error(
      `This platform has no files, so '${path}' cannot be read. Pass the text, or the stream of a Blob or a response.`,
    )
  return fs.createReadStream(path)
}
