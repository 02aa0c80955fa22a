import { DataError, FormatError } from '@gradus/core'
import { startsWith, tooLong } from '../files/bytes.ts'
import { fileModules, reasonOf, temporaryFor } from '../files/platform-folder.ts'
import { type Entry, safePath } from './entry.ts'
import { inflate } from './inflate.ts'
import { tarEntries } from './tar.ts'
import { type RandomAccess, zipEntries } from './zip.ts'

/** The formats of archives: `tar` includes tar.gz, `auto` finds out. */
export type ArchiveFormat = 'auto' | 'tar' | 'zip'

const modules = () => fileModules('Archives are extracted to files', 'Read the bytes with getFileBytes.')

/**
 * Extracts a zip, tar or tar.gz file to a folder, which is replaced when everything has been extracted. Throws `FormatError` for
 * paths out of the folder, links and damaged files, and `DataError` for more than `maxBytes`.
 */
export async function extractArchive(
  archive: string,
  folder: string,
  format: ArchiveFormat,
  maxBytes?: number,
): Promise<void> {
  const { fs } = modules()
  const temporary = await temporaryFor(folder)
  const file = await fs.open(archive, 'r')
  try {
    const { size } = await file.stat()
    const read = async (offset: number, length: number) => {
      const bytes = new Uint8Array(length)
      const { bytesRead } = await file.read(bytes, 0, length, offset)
      return bytes.subarray(0, bytesRead)
    }
    await fs.mkdir(temporary, { recursive: true })
    const most = maxBytes ?? Math.max(2 ** 30, size * 100)
    await extractTo(temporary, await entriesOf({ size, read }, archive, format), archive, most)
    await fs.rm(folder, { recursive: true, force: true })
    await fs.rename(temporary, folder)
  } catch (cause) {
    await fs.rm(temporary, { recursive: true, force: true }).catch(() => {})
    if (cause instanceof FormatError || cause instanceof DataError) throw cause
    throw new DataError(`'${archive}' cannot be extracted to '${folder}': ${reasonOf(cause)}.`, { cause })
  } finally {
    await file.close()
  }
}

async function extractTo(
  folder: string,
  entries: AsyncIterable<Entry>,
  archive: string,
  maxBytes: number,
): Promise<void> {
  const { fs, path } = modules()
  let total = 0
  for await (const entry of entries) {
    const parts = safePath(archive, entry.name)
    if (parts.length === 0) continue
    const target = path.join(folder, ...parts)
    await fs.mkdir(entry.folder ? target : path.dirname(target), { recursive: true })
    if (entry.folder) continue
    if (total + entry.size > maxBytes) throw tooMuch(archive, maxBytes)
    const file = await fs.open(target, 'w')
    try {
      for await (const piece of entry.chunks()) {
        total += piece.length
        if (total > maxBytes) throw tooMuch(archive, maxBytes)
        await file.writeFile(piece)
      }
    } finally {
      await file.close()
    }
  }
}

function tooMuch(archive: string, maxBytes: number): Error {
  return new DataError(
    `${tooLong(`'${archive}', when it is extracted,`, maxBytes).message} If that is right, raise 'maxBytes'.`,
  )
}

async function entriesOf(file: RandomAccess, archive: string, format: ArchiveFormat): Promise<AsyncIterable<Entry>> {
  const start = await file.read(0, Math.min(512, file.size))
  const name = `'${archive}'`
  const found = formatOf(start)
  if (format !== 'auto' && found !== undefined && !found.startsWith(format)) {
    throw new FormatError(`${name} is a ${found} file, and 'archiveFormat' is '${format}'.`)
  }
  if (found === 'zip') return zipEntries(file, name)
  if (found === 'tar') return tarEntries(wholeFile(file), name)
  if (found === 'tar.gz') return tarEntries(inflate(wholeFile(file), 'gzip', name), name)
  const others = startsWith(start, [0x42, 0x5a, 0x68])
    ? 'bzip2'
    : startsWith(start, [0xfd, 0x37, 0x7a])
      ? 'xz'
      : undefined
  const what = others ? `compressed with ${others}` : 'no archive'
  throw new FormatError(`${name} is ${what}; expected a zip, tar or tar.gz file.`)
}

/** The format of an archive by its first bytes. */
export function formatOf(start: Uint8Array): 'zip' | 'tar' | 'tar.gz' | undefined {
  if (startsWith(start, [0x50, 0x4b, 3, 4]) || startsWith(start, [0x50, 0x4b, 5, 6])) return 'zip'
  if (startsWith(start, [0x1f, 0x8b])) return 'tar.gz'
  return startsWith(start, [0x75, 0x73, 0x74, 0x61, 0x72], 257) ? 'tar' : undefined
}

async function* wholeFile(file: RandomAccess): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.size; ) {
    const piece = await file.read(at, Math.min(2 ** 20, file.size - at))
    if (piece.length === 0) return
    at += piece.length
    yield piece
  }
}
