/** Bytes that grow: little-endian numbers are appended, and may be replaced. */
export class ByteWriter {
  private bytes = new Uint8Array(2 ** 16)
  private view = new DataView(this.bytes.buffer)
  length = 0

  /** Appends bytes, and returns where they begin. */
  append(bytes: ArrayLike<number>): number {
    const at = this.reserve(bytes.length)
    this.bytes.set(bytes, at)
    return at
  }

  /** Appends zeros up to the next multiple of 8, then `count` zeros, and returns where these begin. */
  reserveAligned(count: number): number {
    this.reserve((8 - (this.length % 8)) % 8)
    return this.reserve(count)
  }

  /** Replaces bytes. */
  set(at: number, bytes: ArrayLike<number>): void {
    this.bytes.set(bytes, at)
  }

  /** Replaces a number of `size` bytes. */
  number(at: number, value: number, size: 2 | 4 | 8): void {
    if (size === 2) this.view.setUint16(at, value, true)
    else if (size === 4) this.view.setUint32(at, value, true)
    else this.view.setBigUint64(at, BigInt(value), true)
  }

  result(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length)
  }

  private reserve(count: number): number {
    const at = this.length
    this.length += count
    if (this.length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.length, 2 * this.bytes.length))
      grown.set(this.bytes)
      this.bytes = grown
      this.view = new DataView(grown.buffer)
    }
    return at
  }
}

/** A number as little-endian bytes. */
export function numberBytes(value: number, size: 1 | 2 | 4 | 8): number[] {
  return Array.from({ length: size }, (_, index) => Math.floor(value / 256 ** index) % 256)
}

/** Bytes with zeros up to a multiple of 8. */
export function padded(bytes: readonly number[]): number[] {
  return [...bytes, ...new Array<number>((8 - (bytes.length % 8)) % 8).fill(0)]
}

/** The 8 bytes that stand for no address. */
export const noAddress = /* @__PURE__ */ (() => new Array<number>(8).fill(0xff))()
