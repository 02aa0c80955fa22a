import { FormatError } from '@gradus/core'
import {
  wideZipDirectory,
  wideZipEndBytes,
  type ZipDirectory,
  type ZipEntry,
  zipContentsAt,
  zipDirectory,
  zipEntryAt,
  zipTailBytes,
} from '@gradus/core/files'
import { type Chunks, chunksOf } from '../files/bytes.ts'
import { type Entry, maxEntries } from './entry.ts'
import { inflate } from './inflate.ts'

/** Bytes that are read at any position. */
export interface RandomAccess {
  readonly size: number
  read(offset: number, length: number): Promise<Uint8Array>
}

/** The bytes in memory. */
export function inMemory(bytes: Uint8Array): RandomAccess {
  return { size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) }
}

const pieceBytes = 2 ** 20

/**
 * The entries of a zip file, stored or deflated, also beyond 4 GiB. Throws `FormatError` for encrypted entries, other compressions,
 * entries that have another size than stated, and damaged files.
 */
export async function* zipEntries(file: RandomAccess, archive: string): AsyncGenerator<Entry> {
  const { count, offset, length } = await directoryOf(file, archive)
  if (count > maxEntries) throw new FormatError(`${archive} states ${count} entries; ${maxEntries} are read at most.`)
  const directory = await exactly(file, offset, length, archive)
  let at = 0
  for (let i = 0; i < count; i++) {
    const [entry, next] = zipEntryAt(directory, at) ?? fail(archive)
    const { name, method, size, packed } = entry
    const where = `'${name.slice(0, 200)}' in ${archive}`
    if (entry.isLink) throw new FormatError(`${where} is a symbolic link. Only files and folders are read.`)
    if (entry.isEncrypted) throw new FormatError(`${where} is encrypted.`)
    if (method !== 0 && method !== 8)
      throw new FormatError(`${where} is compressed by method ${method}; expected 0 or 8.`)
    if (method === 0 && size !== packed) fail(archive)
    yield { name, folder: name.endsWith('/'), size, chunks: () => contents(file, where, entry) }
    at = next
  }
}

async function* contents(
  file: RandomAccess,
  name: string,
  { at, packed, method, size }: ZipEntry,
): AsyncGenerator<Uint8Array> {
  const start = zipContentsAt(await exactly(file, at, 30, name), at) ?? fail(name)
  if (start + packed > file.size) fail(name)
  const stored = pieces(file, start, packed, name)
  let left = size
  for await (const piece of method === 0
    ? stored
    : inflate(packed === 0 ? chunksOf(new Uint8Array()) : stored, 'deflate-raw', name)) {
    left -= piece.length
    if (left < 0) break
    yield piece
  }
  if (left !== 0) throw new FormatError(`${name} has not the ${size} bytes that the archive states. It is damaged.`)
}

async function* pieces(
  file: RandomAccess,
  start: number,
  length: number,
  name: string,
): Chunks & AsyncGenerator<Uint8Array> {
  for (let at = 0; at < length; at += pieceBytes)
    yield exactly(file, start + at, Math.min(pieceBytes, length - at), name)
}

async function directoryOf(file: RandomAccess, archive: string): Promise<ZipDirectory> {
  const tailLength = Math.min(file.size, zipTailBytes)
  const found = zipDirectory(await exactly(file, file.size - tailLength, tailLength, archive))
  if (!found) throw new FormatError(`${archive} is not a zip file, or is incomplete: it has no directory at its end.`)
  const { wideAt } = found
  const directory =
    wideAt === undefined ? found : wideZipDirectory(await exactly(file, wideAt, wideZipEndBytes, archive))
  if (!directory || directory.offset + directory.length > file.size || directory.length > 2 ** 30) return fail(archive)
  return directory
}

async function exactly(file: RandomAccess, offset: number, length: number, name: string): Promise<Uint8Array> {
  if (offset < 0 || length < 0 || offset + length > file.size) fail(name)
  const bytes = await file.read(offset, length)
  if (bytes.length !== length) fail(name)
  return bytes
}

function fail(name: string): never {
  throw new FormatError(`${name} is damaged or incomplete: its entries are not where it states.`)
}
