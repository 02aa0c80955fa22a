import { FormatError } from '@gradus/core'
import { type Entry, safePath } from '../archive/entry.ts'
import { inflate } from '../archive/inflate.ts'
import { formatOf } from '../archive/platform-extract.ts'
import { tarEntries } from '../archive/tar.ts'
import { inMemory, zipEntries } from '../archive/zip.ts'
import { chunksOf, joined, notData, plainBytes, startsWith, tooLong } from '../files/bytes.ts'

/** The contents of files by name, without folders. */
export type Files = ReadonlyMap<string, () => Promise<Uint8Array>>

/** The bytes that the files of a data set may have; the largest, CIFAR-10, has 184 MB. */
const maxBytes = 2 ** 28

/** The files in bytes: those of an archive, otherwise one, decompressed. Throws `FormatError` for HTML pages and damaged files. */
export async function filesIn(given: Uint8Array, name: string): Promise<Files> {
  const bytes = plainBytes(given)
  const found = notData(bytes)
  if (found) throw new FormatError(`${name} is ${found}.`)
  const format = formatOf(bytes)
  if (format === 'zip') return new Map(await namesOf(zipEntries(inMemory(bytes), name), name, false))
  if (format === 'tar') return new Map(await namesOf(tarEntries(chunksOf(bytes), name), name, true))
  if (!startsWith(bytes, [0x1f, 0x8b])) return new Map([[name, async () => bytes]])
  const unpacked = async () => joined(inflate(chunksOf(bytes), 'gzip', name), name, maxBytes)
  const start = await firstOf(inflate(chunksOf(bytes), 'gzip', name))
  if (formatOf(start) === 'tar') {
    return new Map(await namesOf(tarEntries(inflate(chunksOf(bytes), 'gzip', name), name), name, true))
  }
  return new Map([[name.replace(/\.gz$/i, ''), unpacked]])
}

/** The files of several archives. */
export function merged(all: readonly Files[]): Files {
  return new Map(all.flatMap((files) => [...files]))
}

async function firstOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  for await (const piece of chunks) return piece
  return new Uint8Array()
}

/** The files of an archive. Those of a tar file are read at once, because they cannot be read later. */
async function namesOf(
  entries: AsyncIterable<Entry>,
  archive: string,
  atOnce: boolean,
): Promise<[string, () => Promise<Uint8Array>][]> {
  const found: [string, () => Promise<Uint8Array>][] = []
  let total = 0
  for await (const entry of entries) {
    const name = safePath(archive, entry.name).at(-1)
    if (entry.folder || name === undefined) continue
    total += entry.size
    if (total > maxBytes) throw tooLong(archive, maxBytes)
    const read = () => joined(entry.chunks(), `${name} in ${archive}`, maxBytes)
    const bytes = atOnce ? await read() : undefined
    found.push([name, bytes ? async () => bytes : read])
  }
  return found
}
