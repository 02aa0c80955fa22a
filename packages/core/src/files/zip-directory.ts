/** A file or folder in the directory of a ZIP archive. */
export interface ZipEntry {
  /** The path, with `/`; that of a folder ends with it. */
  readonly name: string
  readonly isEncrypted: boolean
  /** Whether it is a symbolic link of Unix. */
  readonly isLink: boolean
  /** How it is compressed: 0 for not at all, 8 for deflate. */
  readonly method: number
  /** The CRC-32 of its contents. */
  readonly checksum: number
  /** The bytes that it takes in the archive. */
  readonly packed: number
  /** The bytes that it has. */
  readonly size: number
  /** The position of its header, after which its contents follow. */
  readonly at: number
}

/** The place of the directory in a ZIP archive. */
export interface ZipDirectory {
  readonly count: number
  readonly offset: number
  readonly length: number
}

/** The bytes at the end of an archive among which its end record is: the record and a comment. */
export const zipTailBytes = 22 + 0xffff

/** The bytes of the end record of an archive with more than 4 GiB or 65 535 entries. */
export const wideZipEndBytes = 56

/**
 * Returns the place of the directory from the last `zipTailBytes` of an archive. `wideAt` is the position of the wider end record that
 * large archives have; it counts then. Returns undefined if there is no end record. Source: APPNOTE.TXT 6.3.10 of PKWARE.
 */
export function zipDirectory(tail: Uint8Array): (ZipDirectory & { readonly wideAt: number | undefined }) | undefined {
  const view = viewOf(tail)
  const isEnd = (at: number) =>
    view.getUint32(at, true) === 0x06054b50 && at + 22 + view.getUint16(at + 20, true) <= tail.length
  let at = tail.length - 22
  while (at >= 0 && !isEnd(at)) at--
  if (at < 0) return undefined
  const isWide = at >= 20 && view.getUint32(at - 20, true) === 0x07064b50
  return {
    count: view.getUint16(at + 10, true),
    length: view.getUint32(at + 12, true),
    offset: view.getUint32(at + 16, true),
    wideAt: isWide ? whole(view, at - 12) : undefined,
  }
}

/** Returns the place of the directory from a wide end record; undefined if it is none. */
export function wideZipDirectory(record: Uint8Array): ZipDirectory | undefined {
  const view = viewOf(record)
  if (record.length < wideZipEndBytes || view.getUint32(0, true) !== 0x06064b50) return undefined
  return { count: whole(view, 32), length: whole(view, 40), offset: whole(view, 48) }
}

/** Returns the entry that begins at `at` in a directory, and where the next begins; undefined if there is no whole entry. */
export function zipEntryAt(directory: Uint8Array, at: number): readonly [entry: ZipEntry, next: number] | undefined {
  const view = viewOf(directory)
  if (at + 46 > directory.length || view.getUint32(at, true) !== 0x02014b50) return undefined
  const extraAt = at + 46 + view.getUint16(at + 28, true)
  const commentAt = extraAt + view.getUint16(at + 30, true)
  const next = commentAt + view.getUint16(at + 32, true)
  if (next > directory.length) return undefined
  const numbers = [24, 20, 42].map((offset) => view.getUint32(at + offset, true))
  const [size, packed, header] = widened(view, extraAt, commentAt, numbers)
  const entry = {
    // a copy, because text is not decoded from shared memory
    name: new TextDecoder().decode(directory.slice(at + 46, extraAt)),
    isEncrypted: (view.getUint16(at + 8, true) & 1) === 1,
    isLink: view.getUint32(at + 38, true) >>> 28 === 0xa,
    method: view.getUint16(at + 10, true),
    checksum: view.getUint32(at + 16, true),
    packed: packed!,
    size: size!,
    at: header!,
  }
  return [entry, next]
}

/**
 * Returns the position of the contents of an entry from the 30 bytes at its `at`; undefined if no header is there.
 */
export function zipContentsAt(header: Uint8Array, at: number): number | undefined {
  const view = viewOf(header)
  if (header.length < 30 || view.getUint32(0, true) !== 0x04034b50) return undefined
  return at + 30 + view.getUint16(26, true) + view.getUint16(28, true)
}

/** Replaces numbers of 2^32 - 1 by those of 8 bytes in the extra field 1, in which they follow one another. */
function widened(view: DataView, from: number, end: number, numbers: readonly number[]): readonly number[] {
  for (let field = from; field + 4 <= end; field += 4 + view.getUint16(field + 2, true)) {
    if (view.getUint16(field, true) !== 1) continue
    let next = field + 4
    return numbers.map((number) => {
      if (number !== 0xffffffff || next + 8 > end) return number
      next += 8
      return whole(view, next - 8)
    })
  }
  return numbers
}

/** A number of 8 bytes. One that is too large for a file becomes infinity. */
function whole(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true)
  return value <= 2n ** 52n ? Number(value) : Number.POSITIVE_INFINITY
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}
