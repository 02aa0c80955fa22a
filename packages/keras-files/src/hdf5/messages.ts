import type { ByteReader } from './byte-reader.ts'

/** The types of messages in the headers of groups and datasets that are read. */
export const messageTypes = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const

/** A message in the header of an object: its data are the bytes from `at` to `end`. */
export interface Message {
  readonly type: number
  readonly at: number
  readonly end: number
  /** Whether the data stand elsewhere in the file, in a part that several objects share. */
  readonly isShared: boolean
}

/** The messages in the header of the object at an address. */
export function messagesOf(reader: ByteReader, address: number): Message[] {
  return reader.u8(address) === 1 ? firstVersion(reader, address) : secondVersion(reader, address)
}

function firstVersion(reader: ByteReader, address: number): Message[] {
  const count = reader.u16(address + 2)
  const blocks: [at: number, end: number][] = [[address + 16, address + 16 + reader.u32(address + 8)]]
  const messages: Message[] = []
  for (let [at, end] of takenFrom(blocks, reader)) {
    while (at + 8 <= end && messages.length < count) {
      const size = reader.u16(at + 2)
      const message = { type: reader.u16(at), at: at + 8, end: at + 8 + size, isShared: (reader.u8(at + 4) & 2) > 0 }
      if (message.end > end) throw reader.fail(`the message at byte ${at} is longer than its object header`)
      if (message.type === messageTypes.continuation) blocks.push(continued(reader, message, 0))
      messages.push(message)
      at = message.end
    }
  }
  return messages
}

function secondVersion(reader: ByteReader, address: number): Message[] {
  reader.signature(address, 'OHDR', 'an object header')
  const version = reader.u8(address + 4)
  if (version !== 2) throw reader.fail(`the object header at byte ${address} has the version ${version}`)
  const flags = reader.u8(address + 5)
  const start = address + 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0)
  const sizeBytes = 1 << (flags & 3)
  const first = start + sizeBytes
  const blocks: [at: number, end: number][] = [[first, first + reader.unsigned(start, sizeBytes)]]
  const messages: Message[] = []
  const headBytes = flags & 4 ? 6 : 4
  for (let [at, end] of takenFrom(blocks, reader)) {
    while (at + headBytes <= end) {
      const dataAt = at + headBytes
      const message = {
        type: reader.u8(at),
        at: dataAt,
        end: dataAt + reader.u16(at + 1),
        isShared: (reader.u8(at + 3) & 2) > 0,
      }
      if (message.end > end) throw reader.fail(`the message at byte ${at} is longer than its object header`)
      if (message.type === messageTypes.continuation) {
        const block = continued(reader, message, 4)
        reader.signature(block[0] - 4, 'OCHK', 'the continuation of an object header')
        blocks.push(block)
      }
      messages.push(message)
      at = message.end
    }
  }
  return messages
}

/** The blocks of a header, also those that are found on the way. */
function* takenFrom(blocks: [at: number, end: number][], reader: ByteReader): Generator<[at: number, end: number]> {
  for (let index = 0; index < blocks.length; index++) {
    const block = blocks[index]!
    reader.step('an object header', block[0])
    yield block
  }
}

/** A further block of a header, without its signature and its checksum of `extra` bytes each. */
function continued(reader: ByteReader, { at }: Message, extra: number): [at: number, end: number] {
  const start = reader.requiredAddress(at, 'the continuation of an object header')
  const length = reader.length(at + reader.offsetBytes)
  reader.slice(start, length)
  return [start + extra, start + length - extra]
}
