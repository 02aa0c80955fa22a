import { FormatError } from '@gradus/core'
import { ascii, type Chunks, joined } from '../files/bytes.ts'
import { type Entry, maxEntries } from './entry.ts'

const block = 512
/** The types of entries: files, and those that describe the next entry. */
const kinds: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a device',
  '4': 'a device',
  '6': 'a pipe',
}

/**
 * The entries of a tar file in the formats ustar, pax and GNU. Throws `FormatError` for links, devices and pipes, which data has no
 * use for, and for a file that is damaged.
 */
export async function* tarEntries(chunks: Chunks, archive: string): AsyncGenerator<Entry> {
  const input = new ByteReader(chunks, archive)
  let next: { name?: string; size?: number } = {}
  for (let count = 0; ; count++) {
    if (count > maxEntries) throw new FormatError(`${archive} has more than ${maxEntries} entries.`)
    const header = await input.upTo(block)
    if (header.length === 0 || header.every((byte) => byte === 0)) return
    if (header.length < block || !hasChecksum(header)) {
      throw new FormatError(`${archive} is not a tar file, or is damaged at entry ${count}.`)
    }
    const type = String.fromCharCode(header[156]!)
    const size = next.size ?? numberOf(header.subarray(124, 136))
    if (!Number.isSafeInteger(size) || size < 0) throw new FormatError(`${archive}: entry ${count} has no size.`)
    if (type === 'L' || type === 'K' || type === 'x' || type === 'g') {
      if (size > 2 ** 20) throw new FormatError(`${archive}: the name of entry ${count} has ${size} bytes.`)
      const text = new TextDecoder().decode(await joined(input.contents(size), archive, 2 ** 20))
      await input.skip((block - (size % block)) % block)
      if (type === 'L') next = { ...next, name: text.replace(/\0.*$/s, '') }
      else if (type === 'x') next = { ...next, ...paxOf(text) }
      continue
    }
    const prefix = ascii(header.subarray(257, 262)) === 'ustar' ? textOf(header.subarray(345, 500)) : ''
    const name = next.name ?? (prefix ? `${prefix}/` : '') + textOf(header.subarray(0, 100))
    next = {}
    const kind = kinds[type]
    if (kind) throw new FormatError(`${archive}: '${name.slice(0, 200)}' is ${kind}. Only files and folders are read.`)
    const folder = type === '5' || name.endsWith('/')
    const data = input.contents(folder ? 0 : size)
    yield { name, folder, size, chunks: () => data }
    for await (const _ of data) {
      // what the caller has not read is skipped
    }
    await input.skip((block - (size % block)) % block)
  }
}

/** Reads pieces as if they were one. */
class ByteReader {
  private readonly iterator: AsyncIterator<Uint8Array>
  private rest: Uint8Array = new Uint8Array()

  constructor(
    chunks: Chunks,
    private readonly archive: string,
  ) {
    this.iterator = chunks[Symbol.asyncIterator]()
  }

  /** The next bytes: `count`, or fewer at the end. */
  async upTo(count: number): Promise<Uint8Array> {
    const parts: number[] = []
    while (parts.length < count) {
      if (this.rest.length === 0 && !(await this.fill())) break
      const taken = this.rest.subarray(0, count - parts.length)
      parts.push(...taken)
      this.rest = this.rest.subarray(taken.length)
    }
    return Uint8Array.from(parts)
  }

  /** The next `size` bytes in pieces. */
  async *contents(size: number): AsyncGenerator<Uint8Array> {
    for (let left = size; left > 0; ) {
      if (this.rest.length === 0 && !(await this.fill())) {
        throw new FormatError(`${this.archive} is incomplete: it ends ${left} bytes too early.`)
      }
      const piece = this.rest.subarray(0, left)
      this.rest = this.rest.subarray(piece.length)
      left -= piece.length
      yield piece
    }
  }

  async skip(count: number): Promise<void> {
    await this.upTo(count)
  }

  private async fill(): Promise<boolean> {
    const { done, value } = await this.iterator.next()
    if (done) return false
    this.rest = value
    return true
  }
}

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replace(/\0.*$/s, '')

/** A number in octal digits, or in binary if it is large. */
function numberOf(bytes: Uint8Array): number {
  if (bytes[0]! & 0x80) return bytes.subarray(1).reduce((sum, byte) => sum * 256 + byte, bytes[0]! & 0x7f)
  const digits = ascii(bytes).replace(/[\0 ]+/g, '')
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : Number.NaN
}

/** Whether the checksum of a header is right: the sum of its bytes, with spaces in place of the checksum. */
function hasChecksum(header: Uint8Array): boolean {
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0)
  return sum === numberOf(header.subarray(148, 156))
}

/** The name and the size in records such as `30 path=long/name\n`. */
function paxOf(text: string): { name?: string; size?: number } {
  const found: { name?: string; size?: number } = {}
  for (const line of text.split('\n')) {
    const [, key, value] = /^\d+ ([^=]+)=(.*)$/s.exec(line) ?? []
    if (key === 'path') found.name = value!
    if (key === 'size') found.size = Number(value)
  }
  return found
}
