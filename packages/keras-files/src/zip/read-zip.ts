import { crc32, FormatError } from '@gradus/core'
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
import { inflateAtMost } from '../deflate/inflate-at-most.ts'

/** The files of a ZIP archive, which are read one by one. */
export interface ZipFiles {
  readonly names: readonly string[]
  /** The bytes of a file; undefined if there is none of this name. Throws `FormatError` for one of more than `most` bytes. */
  read(name: string, most?: number): Uint8Array | undefined
}

/** The most files that an archive has. */
const mostFiles = 2 ** 16
/** The most bytes of all files, in archives of less than a twentieth. */
const smallest = 2 ** 28

/** Whether bytes begin as a ZIP archive. */
export function isZip(bytes: Uint8Array): boolean {
  return [0x50, 0x4b, 3, 4].every((byte, index) => bytes[index] === byte)
}

/**
 * Opens a ZIP archive. Throws `FormatError`, with the name of the file, for names that occur twice or lead out of a folder, for files
 * that inflate to more than the archive says or than it can hold, for a wrong checksum and for encrypted or damaged archives.
 */
export function readZip(bytes: Uint8Array): ZipFiles {
  const entries = new Map<string, ZipEntry>()
  const { offset, count } = directoryOf(bytes)
  let at = offset
  for (let index = 0; index < count; index++) {
    const [entry, next] = zipEntryAt(bytes, at) ?? damagedAt(at)
    if (entry.isEncrypted) throw new FormatError(`The file '${shown(entry.name)}' of the archive is encrypted.`)
    if (entries.has(entry.name)) throw new FormatError(`The archive has the file '${shown(entry.name)}' twice.`)
    requirePlain(entry.name)
    entries.set(entry.name, entry)
    at = next
  }
  const total = [...entries.values()].reduce((sum, { size }) => sum + size, 0)
  if (total > Math.max(smallest, 20 * bytes.length))
    throw new FormatError(
      `The files of the archive would take ${total} bytes, far more than the ${bytes.length} that it has. It is not read.`,
    )
  return {
    names: [...entries.keys()],
    read: (name, most = Number.POSITIVE_INFINITY) => {
      const entry = entries.get(name)
      if (entry && entry.size > most)
        throw new FormatError(
          `The file '${shown(name)}' of the archive has ${entry.size} bytes; at most ${most} are read.`,
        )
      return entry && contents(bytes, entry)
    },
  }
}

/** Refuses names that would be files in another place, if someone unpacked the archive. */
function requirePlain(name: string): void {
  if (!/^[/\\]|^[a-z]:|\\|\0/i.test(name) && !name.split('/').includes('..')) return
  throw new FormatError(`The archive has a file with the name '${shown(name)}', which leads out of its folder.`)
}

function directoryOf(bytes: Uint8Array): ZipDirectory {
  const found = zipDirectory(bytes.subarray(-zipTailBytes))
  if (!found) {
    throw new FormatError(
      'The archive is damaged: it has no directory at its end. It may be cut off; save it again, or copy it again.',
    )
  }
  const { wideAt } = found
  const wide = wideAt === undefined ? undefined : wideZipDirectory(bytes.subarray(wideAt, wideAt + wideZipEndBytes))
  const directory = wide ?? found
  if (directory.count <= mostFiles) return directory
  throw new FormatError(`The archive has ${directory.count} files; at most ${mostFiles} are read.`)
}

function damagedAt(at: number): never {
  throw new FormatError(`The directory of the archive is damaged at byte ${at}. Save it again, or copy it again.`)
}

function contents(bytes: Uint8Array, { name, method, checksum, packed, size, at }: ZipEntry): Uint8Array {
  const fail = (problem: string) =>
    new FormatError(`The file '${shown(name)}' of the archive ${problem}. Save it again, or copy it again.`)
  const start = zipContentsAt(bytes.subarray(at, at + 30), at)
  if (start === undefined) throw fail('does not begin where it should')
  if (start + packed > bytes.length) throw fail(`ends at byte ${start + packed}, and the archive at ${bytes.length}`)
  const data = bytes.subarray(start, start + packed)
  if (method !== 0 && method !== 8) throw fail(`is packed by the method ${method}, which is not read`)
  const plain = method === 0 ? data : inflateAtMost(data, size, fail)
  if (plain.length !== size) throw fail(`has ${plain.length} bytes instead of ${size}`)
  if (crc32(plain) !== checksum) throw fail('is damaged: its checksum is wrong')
  return plain
}

function shown(name: string): string {
  return name.length > 100 ? `${name.slice(0, 100)}...` : name
}
