/** A field of a struct: integers, the fields of a struct, or undefined for values of other types. */
export type ThriftFields = ReadonlyMap<number, number | boolean | ThriftFields | undefined>

/** How deep structs may be nested. */
const maxDepth = 16

/** Reads structs of Thrift's compact protocol. Throws `RangeError` for bytes that are none. */
export class ThriftReader {
  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
  ) {}

  struct(depth = 0): ThriftFields {
    if (depth > maxDepth) throw new RangeError('nested too deep')
    const fields = new Map<number, number | boolean | ThriftFields | undefined>()
    let id = 0
    for (;;) {
      const head = this.byte()
      const type = head & 15
      if (type === 0) return fields
      id = head >> 4 ? id + (head >> 4) : this.zigzag()
      fields.set(id, this.value(type, depth))
    }
  }

  private value(type: number, depth: number): number | boolean | ThriftFields | undefined {
    switch (type) {
      case 1:
        return true
      case 2:
        return false
      case 3:
        return this.byte()
      case 4:
      case 5:
      case 6:
        return this.zigzag()
      case 7:
        return this.skip(8)
      case 8:
        return this.skip(this.varint())
      case 9: {
        const head = this.byte()
        const count = head >> 4 === 15 ? this.varint() : head >> 4
        const element = head & 15
        for (let i = 0; i < count; i++) this.value(element <= 2 ? 3 : element, depth + 1)
        return undefined
      }
      case 12:
        return this.struct(depth + 1)
      default:
        throw new RangeError(`the type ${type}`)
    }
  }

  varint(): number {
    let [result, scale] = [0, 1]
    for (let i = 0; i < 10; i++) {
      const byte = this.byte()
      result += (byte & 127) * scale
      if (byte < 128) return result
      scale *= 128
    }
    throw new RangeError('a number of more than 10 bytes')
  }

  private zigzag(): number {
    const value = this.varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  private byte(): number {
    const byte = this.bytes[this.at]
    if (byte === undefined) throw new RangeError('the end')
    this.at++
    return byte
  }

  private skip(count: number): undefined {
    if (!(count <= this.bytes.length - this.at)) throw new RangeError('the end')
    this.at += count
    return undefined
  }
}
