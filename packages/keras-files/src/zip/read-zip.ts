import { crc32, FormatError } from '@gradus/core'
import { inflateAtMost } from '../deflate/inflate-at-most.ts'

/** A file in a ZIP archive. */
interface Entry {
  readonly name: string
  readonly method: number
  readonly checksum: number
  readonly stored: number
  readonly size: number
  /** Where its own header begins. */
  readonly at: number
}

/** The files of a ZIP archive, which are read one by one. */
export interface ZipFiles {
  readonly names: readonly string[]
  /** The bytes of a file; undefined if there is none of this name. */
  read(name: string): Uint8Array | undefined
}

/** The most files that an archive has. */
const mostFiles = 2 ** 16
/** The most bytes of all files, in archives of less than a twentieth. */
const smallest = 2 ** 28

const directoryEnd = 0x06054b50
const wideDirectoryEnd = 0x06064b50
const directoryEntry = 0x02014b50
const fileStart = 0x04034b50

/** Whether bytes begin as a ZIP archive. */
export function isZip(bytes: Uint8Array): boolean {
  return [0x50, 0x4b, 3, 4].every((byte, index) => bytes[index] === byte)
}

/**
 * Opens a ZIP archive. Throws `FormatError`, with the name of the file, for names that occur twice or lead out of a folder, for files
 * that inflate to more than the archive says or than it can hold, for a wrong checksum and for encrypted or damaged archives.
 */
export function readZip(bytes: Uint8Array): ZipFiles {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries = new Map<string, Entry>()
  const { start, count } = directoryOf(view)
  let at = start
  for (let index = 0; index < count; index++) {
    const [entry, next] = entryAt(view, at)
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
    read: (name) => {
      const entry = entries.get(name)
      return entry && contents(view, bytes, entry)
    },
  }
}

/** Refuses names that would be files in another place, if someone unpacked the archive. */
function requirePlain(name: string): void {
  if (!/^[/\\]|^[a-z]:|\\|\0/i.test(name) && !name.split('/').includes('..')) return
  throw new FormatError(`The archive has a file with the name '${shown(name)}', which leads out of its folder.`)
}

/** The first entry of the directory, and the number of entries. */
function directoryOf(view: DataView): { start: number; count: number } {
  const last = view.byteLength - 22
  const first = Math.max(0, last - 0xffff)
  for (let at = last; at >= first; at--) {
    if (view.getUint32(at, true) !== directoryEnd) continue
    const found = { start: view.getUint32(at + 16, true), count: view.getUint16(at + 10, true) }
    if (found.start === 0xffffffff || found.count === 0xffff) return wideDirectory(view, at) ?? found
    return found
  }
  throw new FormatError(
    'The archive is damaged: it has no directory at its end. It may be cut off; save it again, or copy it again.',
  )
}

/** The directory of an archive with more than 4 GiB or 65535 files. */
function wideDirectory(view: DataView, end: number): { start: number; count: number } | undefined {
  const at = end >= 20 ? whole(view, end - 12) : -1
  if (at < 0 || at + 56 > view.byteLength || view.getUint32(at, true) !== wideDirectoryEnd) return undefined
  const count = whole(view, at + 32)
  if (count > mostFiles) throw new FormatError(`The archive has ${count} files; at most ${mostFiles} are read.`)
  return { start: whole(view, at + 48), count }
}

function entryAt(view: DataView, at: number): [entry: Entry, next: number] {
  if (at + 46 > view.byteLength || view.getUint32(at, true) !== directoryEntry)
    throw new FormatError(`The directory of the archive is damaged at byte ${at}. Save it again, or copy it again.`)
  const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true))
  const next = at + 46 + nameBytes! + extraBytes! + commentBytes!
  if (next > view.byteLength) throw new FormatError('The directory of the archive is damaged: it is cut off.')
  const name = new TextDecoder().decode(sliceOf(view, at + 46, nameBytes!).slice())
  if (view.getUint16(at + 8, true) & 1) throw new FormatError(`The file '${shown(name)}' of the archive is encrypted.`)
  const numbers = [24, 20, 42].map((offset) => view.getUint32(at + offset, true))
  const [size, stored, start] = widened(view, at + 46 + nameBytes!, extraBytes!, numbers)
  const entry = { name, method: view.getUint16(at + 10, true), checksum: view.getUint32(at + 16, true) }
  return [{ ...entry, size: size!, stored: stored!, at: start! }, next]
}

/** Replaces numbers that do not fit 32 bits by those in the extra field, in which they follow one another. */
function widened(view: DataView, at: number, length: number, numbers: readonly number[]): number[] {
  for (let field = at; field + 4 <= at + length; field += 4 + view.getUint16(field + 2, true)) {
    if (view.getUint16(field, true) !== 1) continue
    let next = field + 4
    return numbers.map((number) => {
      if (number !== 0xffffffff || next + 8 > at + length) return number
      next += 8
      return whole(view, next - 8)
    })
  }
  return [...numbers]
}

function contents(view: DataView, bytes: Uint8Array, { name, method, checksum, stored, size, at }: Entry): Uint8Array {
  const fail = (problem: string) =>
    new FormatError(`The file '${shown(name)}' of the archive ${problem}. Save it again, or copy it again.`)
  if (at + 30 > bytes.length || view.getUint32(at, true) !== fileStart) throw fail('does not begin where it should')
  const start = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true)
  if (start + stored > bytes.length) throw fail(`ends at byte ${start + stored}, and the archive at ${bytes.length}`)
  const data = bytes.subarray(start, start + stored)
  if (method !== 0 && method !== 8) throw fail(`is packed by the method ${method}, which is not read`)
  const plain = method === 0 ? data : inflateAtMost(data, size, fail)
  if (plain.length !== size) throw fail(`has ${plain.length} bytes instead of ${size}`)
  if (crc32(plain) !== checksum) throw fail('is damaged: its checksum is wrong')
  return plain
}

function sliceOf(view: DataView, at: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, length)
}

/** A number of 8 bytes; one that is too large for a file becomes infinity. */
function whole(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true)
  return value <= 2n ** 52n ? Number(value) : Number.POSITIVE_INFINITY
}

function shown(name: string): string {
  return name.length > 100 ? `${name.slice(0, 100)}...` : name
}
