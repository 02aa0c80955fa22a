import type { ByteReader } from './byte-reader.ts'
import { textOf } from './byte-reader.ts'
import { type ElementType, elementsIn, elementTypeAt, shapeAt } from './datatype.ts'
import { type Message, messageTypes } from './messages.ts'

/** The attributes that are read: texts, alone or in lists, by name. Those of other types are left out. */
export type Attributes = ReadonlyMap<string, string | readonly string[]>

/** Reads the attributes among the messages of an object. */
export function attributesIn(reader: ByteReader, messages: readonly Message[]): Attributes {
  const found = new Map<string, string | readonly string[]>()
  for (const message of messages) {
    if (message.type !== messageTypes.attribute || message.isShared) continue
    const [name, value] = attributeAt(reader, message)
    if (value !== undefined) found.set(name, value)
  }
  return found
}

function attributeAt(reader: ByteReader, { at, end }: Message): [name: string, value?: string | readonly string[]] {
  const version = reader.u8(at)
  if (version < 1 || version > 3) throw reader.fail(`the attribute at byte ${at} has the version ${version}`)
  const isShared = version > 1 && reader.u8(at + 1) !== 0
  const aligned = (size: number) => (version === 1 ? Math.ceil(size / 8) * 8 : size)
  const [nameBytes, typeBytes, spaceBytes] = [reader.u16(at + 2), reader.u16(at + 4), reader.u16(at + 6)]
  const nameAt = at + (version === 3 ? 9 : 8)
  const typeAt = nameAt + aligned(nameBytes)
  const spaceAt = typeAt + aligned(typeBytes)
  const dataAt = spaceAt + aligned(spaceBytes)
  const name = reader.text(nameAt, nameAt + nameBytes)
  if (dataAt > end) throw reader.fail(`the attribute '${name.slice(0, 50)}' at byte ${at} is longer than its message`)
  if (isShared) return [name]
  const type = elementTypeAt(reader, typeAt)
  const shape = shapeAt(reader, spaceAt)
  if (shape?.length === 1 && shape[0] === 0) return [name, []] // an empty list, which numpy writes as one of numbers
  if (!shape || shape.length > 1 || (type.kind !== 'text' && type.kind !== 'heap text')) return [name]
  const count = elementsIn(shape, `The attribute '${name.slice(0, 50)}'`)
  if (dataAt + count * type.bytes > end)
    throw reader.fail(`the attribute '${name.slice(0, 50)}' at byte ${at} is longer than its message`)
  const texts = Array.from({ length: count }, (_, index) => textAt(reader, dataAt + index * type.bytes, type))
  return [name, shape.length === 0 ? texts[0]! : texts]
}

function textAt(reader: ByteReader, at: number, type: ElementType): string {
  if (type.kind === 'text') return reader.text(at, at + type.bytes)
  const length = reader.u32(at)
  const heap = reader.address(at + 4)
  if (length === 0 || heap === undefined || heap === reader.base) return ''
  const data = heapObject(reader, heap, reader.u32(at + 4 + reader.offsetBytes))
  if (length > data.length) throw reader.fail(`the text at byte ${at} is longer than its place in the block of texts`)
  reader.countText(length, at)
  return textOf(data.subarray(0, length))
}

/** The bytes of an object of a global heap. */
function heapObject(reader: ByteReader, heap: number, index: number): Uint8Array {
  reader.signature(heap, 'GCOL', 'a block of texts')
  const end = heap + reader.length(heap + 8)
  for (let at = heap + 8 + reader.lengthBytes; at + 8 + reader.lengthBytes <= end; ) {
    reader.step('a block of texts', at)
    const found = reader.u16(at)
    const size = reader.length(at + 8)
    const start = at + 8 + reader.lengthBytes
    if (found === index) return reader.slice(start, size)
    if (found === 0) break
    at = start + Math.ceil(size / 8) * 8
  }
  throw reader.fail(`the block of texts at byte ${heap} has no text ${index}`)
}
