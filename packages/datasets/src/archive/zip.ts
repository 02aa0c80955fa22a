import { FormatError } from '@gradus/core'
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
  const bytes = await exactly(file, offset, length, archive)
  const view = viewOf(bytes)
  let at = 0
  for (let i = 0; i < count; i++) {
    if (at + 46 > length || view.getUint32(at, true) !== 0x02014b50) throw damaged(archive)
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((o) => view.getUint16(at + o, true)) as [
      number,
      number,
      number,
    ]
    const end = at + 46 + nameLength + extraLength + commentLength
    if (end > length) throw damaged(archive)
    const flags = view.getUint16(at + 8, true)
    const method = view.getUint16(at + 10, true)
    const fields = [24, 20, 42].map((o) => view.getUint32(at + o, true)) as [number, number, number]
    const extra = bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength)
    const [size, packed, header] = large(fields, extra)
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength))
    const where = `'${name.slice(0, 200)}' in ${archive}`
    const unixType = (view.getUint32(at + 38, true) >>> 28) & 0xf
    if (unixType === 0xa) throw new FormatError(`${where} is a symbolic link. Only files and folders are read.`)
    if (flags & 1) throw new FormatError(`${where} is encrypted.`)
    if (method !== 0 && method !== 8)
      throw new FormatError(`${where} is compressed by method ${method}; expected 0 or 8.`)
    if (method === 0 && size !== packed) throw damaged(archive)
    yield { name, folder: name.endsWith('/'), size, chunks: () => contents(file, where, header, packed, method, size) }
    at = end
  }
}

async function* contents(
  file: RandomAccess,
  name: string,
  header: number,
  packed: number,
  method: number,
  size: number,
): AsyncGenerator<Uint8Array> {
  const local = viewOf(await exactly(file, header, 30, name))
  if (local.getUint32(0, true) !== 0x04034b50) throw damaged(name)
  const start = header + 30 + local.getUint16(26, true) + local.getUint16(28, true)
  if (start + packed > file.size) throw damaged(name)
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

/** Where the directory of a zip file lies. Its position is at the end of the file, before a comment of up to 64 KiB. */
async function directoryOf(file: RandomAccess, archive: string) {
  const tailLength = Math.min(file.size, 22 + 0xffff)
  const tailStart = file.size - tailLength
  const tail = viewOf(await exactly(file, tailStart, tailLength, archive))
  let at = tailLength - 22
  while (
    at >= 0 &&
    !(tail.getUint32(at, true) === 0x06054b50 && at + 22 + tail.getUint16(at + 20, true) === tailLength)
  )
    at--
  if (at < 0) throw new FormatError(`${archive} is not a zip file, or is incomplete: it has no directory at its end.`)
  let [count, length, offset] = [
    tail.getUint16(at + 10, true),
    tail.getUint32(at + 12, true),
    tail.getUint32(at + 16, true),
  ]
  if (at >= 20 && tail.getUint32(at - 20, true) === 0x07064b50) {
    const wide = viewOf(await exactly(file, Number(tail.getBigUint64(at - 12, true)), 56, archive))
    if (wide.getUint32(0, true) !== 0x06064b50) throw damaged(archive)
    ;[count, length, offset] = [32, 40, 48].map((o) => Number(wide.getBigUint64(o, true))) as [number, number, number]
  }
  if (offset + length > file.size || length > 2 ** 30) throw damaged(archive)
  return { count, length, offset }
}

/** Sizes and position of an entry; those of 2^32 - 1 stand in the extra field 1, in this order. */
function large(fields: [size: number, packed: number, header: number], extra: Uint8Array): [number, number, number] {
  const view = viewOf(extra)
  for (let at = 0; at + 4 <= extra.length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue
    let next = at + 4
    return fields.map((field) => {
      if (field !== 0xffffffff || next + 8 > extra.length) return field
      next += 8
      return Number(view.getBigUint64(next - 8, true))
    }) as [number, number, number]
  }
  return fields
}

async function exactly(file: RandomAccess, offset: number, length: number, name: string): Promise<Uint8Array> {
  if (offset < 0 || length < 0 || offset + length > file.size) throw damaged(name)
  const bytes = await file.read(offset, length)
  if (bytes.length !== length) throw damaged(name)
  return bytes
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const damaged = (name: string) =>
  new FormatError(`${name} is damaged or incomplete: its entries are not where it states.`)
