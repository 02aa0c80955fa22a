import { inflateSync } from 'node:zlib'

/** The fields of a message by number: numbers of varints, bytes of the others. */
type Message = ReadonlyMap<number, readonly (number | Uint8Array)[]>

/** A value of a summary. */
interface ReadValue {
  readonly step: number
  readonly tag: string
  readonly plugin: string
  readonly dtype: number
  readonly shape: readonly number[]
  /** The numbers, or the strings as bytes. */
  readonly content: readonly (number | Uint8Array)[]
}

/** A node of a graph. */
interface ReadNode {
  readonly name: string
  readonly op: string
  readonly inputs: readonly string[]
  readonly outputShapes: readonly (readonly number[])[]
}

export interface ReadEvents {
  readonly version: string
  readonly values: readonly ReadValue[]
  readonly graph: readonly ReadNode[]
}

/** CRC-32C bit by bit. */
export function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return ~crc >>> 0
}

const unmask = (masked: number) => {
  const rotated = (masked - 0xa282ead8) >>> 0
  return ((rotated >>> 17) | (rotated << 15)) >>> 0
}

/** Reads the records of a TFRecord file. Throws for wrong checksums and for bytes that are no record. */
export function readRecords(bytes: Uint8Array): Uint8Array[] {
  const file = new Uint8Array(bytes) // not a buffer of Node, which has another `slice`
  const view = new DataView(file.buffer, file.byteOffset, file.length)
  const records: Uint8Array[] = []
  for (let at = 0; at < file.length; ) {
    const length = Number(view.getBigUint64(at, true))
    if (unmask(view.getUint32(at + 8, true)) !== checksum(file.subarray(at, at + 8))) throw new Error('wrong length')
    const data = file.subarray(at + 12, at + 12 + length)
    if (unmask(view.getUint32(at + 12 + length, true)) !== checksum(data)) throw new Error('wrong data')
    records.push(data)
    at += length + 16
  }
  return records
}

function messageIn(bytes: Uint8Array): Message {
  const fields = new Map<number, (number | Uint8Array)[]>()
  let at = 0
  const varint = () => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]!
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return Number(BigInt.asIntN(64, value))
    }
  }
  while (at < bytes.length) {
    const key = varint()
    const wire = key & 7
    if (wire !== 0 && wire !== 1 && wire !== 2) throw new Error(`wire type ${wire}`)
    const length = wire === 2 ? varint() : 8
    const value = wire === 0 ? varint() : bytes.subarray(at, (at += length))
    if (at > bytes.length) throw new Error('the message is cut off')
    fields.set(key >>> 3, [...(fields.get(key >>> 3) ?? []), value])
  }
  return fields
}

const messages = (message: Message | undefined, field: number) =>
  ((message?.get(field) ?? []) as Uint8Array[]).map(messageIn)
const text = (message: Message | undefined, field: number) =>
  new TextDecoder().decode((message?.get(field)?.[0] ?? new Uint8Array()) as Uint8Array)
const whole = (message: Message | undefined, field: number) => (message?.get(field)?.[0] ?? 0) as number
const sizes = (shape: Message | undefined) => messages(shape, 2).map((dim) => whole(dim, 1))

/** Reads an event file. */
export function readEvents(file: Uint8Array): ReadEvents {
  const events = readRecords(file).map(messageIn)
  const values = events.flatMap((event) =>
    messages(messages(event, 5)[0], 1).map((value) => valueIn(value, whole(event, 2))),
  )
  const graph = events.flatMap((event) => messages(messages(event, 4)[0], 1).map(nodeIn))
  return { version: text(events[0], 3), values, graph }
}

function valueIn(value: Message, step: number): ReadValue {
  const [tensor] = messages(value, 8)
  const dtype = whole(tensor, 1)
  const strings = (tensor?.get(8) ?? []) as Uint8Array[]
  const raw = ((tensor?.get(4)?.[0] as Uint8Array | undefined) ?? new Uint8Array()).slice()
  const numbers = dtype === 1 ? new Float32Array(raw.buffer) : new Float64Array(raw.buffer)
  const plugin = text(messages(messages(value, 9)[0], 1)[0], 1)
  const content = dtype === 7 ? strings : [...numbers]
  return { step, tag: text(value, 1), plugin, dtype, shape: sizes(messages(tensor, 2)[0]), content }
}

function nodeIn(node: Message): ReadNode {
  const inputs = ((node.get(3) ?? []) as Uint8Array[]).map((input) => new TextDecoder().decode(input))
  const [attribute] = messages(node, 5).filter((entry) => text(entry, 1) === '_output_shapes')
  const shapes = messages(messages(messages(attribute, 2)[0], 1)[0], 7)
  return { name: text(node, 1), op: text(node, 2), inputs, outputShapes: shapes.map(sizes) }
}

/** Reads the pixels of a PNG file whose rows have no filters. */
export function readPng(file: Uint8Array): { width: number; height: number; color: number; pixels: number[][] } {
  const view = new DataView(file.buffer, file.byteOffset, file.length)
  const [width, height, color] = [view.getUint32(16), view.getUint32(20), view.getUint8(25)]
  const data = inflateSync(file.subarray(41, 41 + view.getUint32(33)))
  const row = data.length / height
  // each row but the first is the difference from the one above
  for (let i = row; i < data.length; i++) if (i % row > 0) data[i]! += data[i - row]!
  const pixels = Array.from({ length: height }, (_, y) => [...data.subarray(y * row + 1, (y + 1) * row)])
  return { width, height, color, pixels }
}
