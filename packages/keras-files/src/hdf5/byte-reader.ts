import { FormatError } from '@gradus/core'

/** Reads little-endian numbers of an HDF5 file. Every read is checked against the end of the file. */
export class ByteReader {
  private readonly view: DataView
  /** The bytes of an offset and of a length in this file. */
  offsetBytes = 8
  lengthBytes = 8
  private steps: number
  private texts: number

  constructor(
    readonly bytes: Uint8Array,
    /** The position in the file at which the addresses begin. */
    readonly base = 0,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    // each node of a structure takes some bytes of the file, so a sound file has fewer nodes than bytes
    // a file without weights is small, and a model with thousands of layers looks for each of them in it
    this.steps = Math.max(2 ** 17, bytes.length)
    this.texts = Math.max(2 ** 24, 8 * bytes.length)
  }

  /** Counts a node of a structure. Throws `FormatError` where there are more than the file can hold, as in a circle. */
  step(title: string, at: number): void {
    if (--this.steps < 0) throw this.fail(`${title} at byte ${at} leads back to itself`)
  }

  /** Counts the bytes of a text that stands elsewhere. Throws `FormatError` where many attributes repeat one large text. */
  countText(bytes: number, at: number): void {
    this.texts -= bytes
    if (this.texts < 0) throw this.fail(`the texts up to that at byte ${at} have far more bytes than the file`)
  }

  u8(at: number): number {
    return this.view.getUint8(this.checked(at, 1))
  }

  u16(at: number): number {
    return this.view.getUint16(this.checked(at, 2), true)
  }

  u32(at: number): number {
    return this.view.getUint32(this.checked(at, 4), true)
  }

  /** A number of `size` bytes, at most 8. Throws `FormatError` above 2^53. */
  unsigned(at: number, size: number): number {
    this.checked(at, size)
    let value = 0
    for (let i = size - 1; i >= 0; i--) value = value * 256 + this.view.getUint8(at + i)
    if (value <= Number.MAX_SAFE_INTEGER) return value
    throw this.fail(`the number at byte ${at} is larger than any file`)
  }

  length(at: number): number {
    return this.unsigned(at, this.lengthBytes)
  }

  /** An address as a position in `bytes`; undefined where the file has none. */
  address(at: number): number | undefined {
    this.checked(at, this.offsetBytes)
    const bytes = this.bytes.subarray(at, at + this.offsetBytes)
    return bytes.every((byte) => byte === 0xff) ? undefined : this.unsigned(at, this.offsetBytes) + this.base
  }

  /** Like `address`, where there must be one. */
  requiredAddress(at: number, title: string): number {
    const address = this.address(at)
    if (address !== undefined) return address
    throw this.fail(`${title} has no address at byte ${at}`)
  }

  /** The bytes of a part of the file, without a copy. */
  slice(at: number, length: number): Uint8Array {
    return this.bytes.subarray(this.checked(at, length), at + length)
  }

  /** A text that ends with a zero byte, no later than `end`. */
  text(at: number, end: number): string {
    let stop = this.checked(at, 0)
    while (stop < end && this.u8(stop) !== 0) stop++
    return textOf(this.slice(at, stop - at))
  }

  /** Throws `FormatError` unless the letters stand at a position. */
  signature(at: number, letters: string, title: string): void {
    const found = this.slice(at, letters.length)
    if ([...letters].every((letter, index) => letter.charCodeAt(0) === found[index])) return
    throw this.fail(`${title} should begin at byte ${at}, and '${letters}' is not there`)
  }

  fail(problem: string): FormatError {
    return new FormatError(`The HDF5 file is damaged: ${problem}. Save it again, or copy it again.`)
  }

  private checked(at: number, size: number): number {
    if (at >= 0 && at + size <= this.bytes.length) return at
    throw this.fail(
      `${size} bytes are expected at byte ${at}, and the file ends at byte ${this.bytes.length}; it may be cut off`,
    )
  }
}

/** Decodes UTF-8; a decoder takes no shared memory. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.slice())
}
