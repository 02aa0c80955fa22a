import { FormatError } from '@gradus/core'
import { wholeBytes } from '../archive/gunzipped.ts'
import type { TableInput } from '../format.ts'
import { type Hyparquet, loadCompressors, type ParquetFile, type ParquetMetadata } from '../platform-parquet.ts'

/** The most bytes of a page, and of compressed pages that are held in memory. */
const maxPage = 2 ** 28
const maxHeld = 2 ** 26

/** Decompressors by the names of compressions. */
export type PageCompressors = Readonly<Record<string, (input: Uint8Array, length: number) => Uint8Array>>

/** The file as hyparquet reads it. */
export async function parquetFile(input: TableInput): Promise<ParquetFile> {
  const bytes = Number.isNaN(input.size) ? await wholeBytes(input, 2 ** 31, 'Unpack it.') : undefined
  const byteLength = bytes?.length ?? input.size
  const held = new Map<string, ArrayBuffer>()
  let size = 0
  return {
    byteLength,
    async slice(start, end = byteLength) {
      // the windows of a row group need the same bytes again
      const key = `${start} ${end}`
      const known = held.get(key)
      if (known) return known
      const piece = (await (bytes ? bytes.subarray(start, end) : input.read(start, end))).slice().buffer
      size += piece.byteLength
      for (const [old, { byteLength: length }] of held) {
        if (size <= maxHeld) break
        held.delete(old)
        size -= length
      }
      if (size <= maxHeld) held.set(key, piece)
      return piece
    },
  }
}

/** Decompressors that refuse pages of impossible sizes. */
export async function compressorsFor(
  name: string,
  library: Hyparquet,
  { row_groups: groups }: ParquetMetadata,
): Promise<PageCompressors> {
  const codecs = new Set(groups.flatMap(({ columns }) => columns.map(({ meta_data: meta }) => meta!.codec)))
  const further = [...codecs].filter((codec) => codec !== 'UNCOMPRESSED' && codec !== 'SNAPPY')
  const loaded = further.length > 0 ? await loadCompressors(name, String(further[0])) : {}
  const limited: Record<string, (input: Uint8Array, length: number) => Uint8Array> = {}
  for (const [codec, run] of Object.entries(loaded)) {
    limited[codec] = (input, length) => run(input, requirePage(name, input.length, length))
  }
  limited['SNAPPY'] = (input, length) => {
    const output = new Uint8Array(requirePage(name, input.length, length))
    library.snappyUncompress(input, output)
    return output
  }
  return limited
}

function requirePage(name: string, compressed: number, length: number): number {
  if (length >= 0 && length <= maxPage) return length
  throw new FormatError(`${name} is damaged: a page of ${compressed} bytes states ${length} bytes.`)
}
