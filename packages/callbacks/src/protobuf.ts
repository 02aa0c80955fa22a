import { joinBytes } from '@gradus/core'

// Messages in the wire format of Protocol Buffers: https://protobuf.dev/programming-guides/encoding

const text = /* @__PURE__ */ new TextEncoder()

/** A whole number in groups of 7 bits, the lowest first. Negative numbers are those of 64 bits. */
function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}

const tag = (field: number, wireType: number) => varint(field * 8 + wireType)

/** An int64, bool or enum field. */
export function wholeField(field: number, value: number): Uint8Array {
  return joinBytes([tag(field, 0), varint(value)])
}

/** A double field. */
export function doubleField(field: number, value: number): Uint8Array {
  return joinBytes([tag(field, 1), bytesOfDoubles([value])])
}

/** A field that is a message, a string or bytes. */
export function bytesField(field: number, ...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const bytes = joinBytes(parts.map((part) => (typeof part === 'string' ? text.encode(part) : part)))
  return joinBytes([tag(field, 2), varint(bytes.length), bytes])
}

/** Float64 numbers, the lowest byte first. */
export function bytesOfDoubles(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * values.length))
  values.forEach((value, index) => view.setFloat64(8 * index, value, true))
  return new Uint8Array(view.buffer)
}

/** A float32 number, the lowest byte first. */
export function bytesOfFloat(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4))
  view.setFloat32(0, value, true)
  return new Uint8Array(view.buffer)
}
