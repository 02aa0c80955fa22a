import { FormatError } from '@gradus/core'
import { toMemory } from '@gradus/tensor/internals'
import { ByteWriter, noAddress, numberBytes, padded } from './byte-writer.ts'
import {
  dataspace,
  datatypes,
  type EncodedMessage,
  fillValue,
  textAttribute,
  textsAttribute,
} from './encode-messages.ts'
import { messageTypes } from './messages.ts'
import { type NewDataset, NewGroup } from './new-group.ts'
import { blockEntries, nodeChildren, writeTree } from './write-tree.ts'

/** Encodes a group as the root of an HDF5 file of the first version, which every program reads. */
export function writeHdf5(root: NewGroup): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter()
  const start = writer.append([
    ...[0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0, 0, 8, 8, 0],
    ...[...numberBytes(blockEntries / 2, 2), ...numberBytes(nodeChildren / 2, 2), 0, 0, 0, 0],
    ...new Array<number>(72).fill(0),
  ])
  const heap = writeTexts(writer, root)
  const { address, tree, names } = writeGroup(writer, root, heap)
  writer.reserveAligned(0)
  // base, free space, end, driver; then the entry of the root
  const addresses = [numberBytes(0, 8), noAddress, numberBytes(writer.length, 8), noAddress, numberBytes(0, 8)].flat()
  const entry = [address, 1].flatMap((value) => numberBytes(value, 8))
  writer.set(start + 24, [...addresses, ...entry, ...numberBytes(tree, 8), ...numberBytes(names, 8)])
  return writer.result()
}

/** The texts of attributes, which stand in heaps. */
type Heap = ReadonlyMap<string, { readonly heap: number; readonly index: number; readonly length: number }>

/** Writes the texts of all attributes to heaps. Equal texts are written once. */
function writeTexts(writer: ByteWriter, root: NewGroup): Heap {
  const texts = [...textsIn(root)]
  const found = new Map<string, { heap: number; index: number; length: number }>()
  const most = 2 ** 15
  for (let first = 0; first < texts.length; first += most) {
    const heap = writer.reserveAligned(16)
    for (const [index, text] of texts.slice(first, first + most).entries()) {
      const bytes = new TextEncoder().encode(text)
      const at = writer.reserveAligned(16)
      writer.number(at, index + 1, 2)
      writer.number(at + 8, bytes.length, 8)
      writer.append(bytes)
      found.set(text, { heap, index: index + 1, length: bytes.length })
    }
    // the space that is left is an object with the number 0; a heap has at least 4096 bytes
    const free = writer.reserveAligned(16)
    const rest = Math.max(16, 4096 - (free - heap))
    writer.reserveAligned(rest - 16)
    writer.number(free + 8, rest, 8)
    writer.set(heap, [0x47, 0x43, 0x4f, 0x4c, 1, 0, 0, 0, ...numberBytes(writer.length - heap, 8)])
  }
  return found
}

function textsIn(group: NewGroup, found = new Set<string>()): Set<string> {
  for (const value of group.attributes.values()) if (typeof value === 'string') found.add(value)
  for (const entry of group.entries.values()) if (entry instanceof NewGroup) textsIn(entry, found)
  return found
}

interface WrittenGroup {
  readonly address: number
  readonly tree: number
  readonly names: number
}

function writeGroup(writer: ByteWriter, group: NewGroup, heap: Heap): WrittenGroup {
  const encoder = new TextEncoder()
  const entries = [...group.entries]
    .map(([name, entry]) => ({ name: encoder.encode(name), entry }))
    .sort((a, b) => compareBytes(a.name, b.name))
    .map(({ name, entry }) => ({
      name,
      address: entry instanceof NewGroup ? writeGroup(writer, entry, heap).address : writeDataset(writer, entry),
    }))
  const names: number[] = new Array<number>(8).fill(0)
  const listed = entries.map(({ name, address }) => {
    const offset = names.length
    for (const byte of padded([...name, 0])) names.push(byte)
    return { offset, address }
  })
  const namesAt = writer.reserveAligned(names.length)
  writer.set(namesAt, names)
  const namesHeap = writer.reserveAligned(32)
  writer.set(namesHeap, [
    ...[0x48, 0x45, 0x41, 0x50, 0, 0, 0, 0, ...numberBytes(names.length, 8)],
    ...[...numberBytes(1, 8), ...numberBytes(namesAt, 8)],
  ])
  const tree = writeTree(writer, listed)
  const attributes = [...group.attributes].flatMap(([name, value]) => encodeAttribute(name, value, heap))
  const table = { type: messageTypes.symbolTable, data: [...numberBytes(tree, 8), ...numberBytes(namesHeap, 8)] }
  return { address: writeHeader(writer, [table, ...attributes]), tree, names: namesHeap }
}

/** The most bytes of an attribute in the header of an object; Keras splits longer lists. */
const mostAttribute = 64512

function encodeAttribute(name: string, value: string | readonly string[], heap: Heap): EncodedMessage[] {
  if (typeof value === 'string') {
    const { heap: at, index, length } = heap.get(value)!
    return [textAttribute(name, length, at, index)]
  }
  const width = Math.max(0, ...value.map((text) => new TextEncoder().encode(text).length))
  const perPart = Math.floor(mostAttribute / Math.max(1, width))
  if (value.length <= perPart) return [textsAttribute(name, value)]
  if (perPart === 0) throw new FormatError(`A name in '${name}' has ${width} bytes; at most ${mostAttribute} fit.`)
  return Array.from({ length: Math.ceil(value.length / perPart) }, (_, part) =>
    textsAttribute(`${name}${part}`, value.slice(part * perPart, (part + 1) * perPart)),
  )
}

function writeDataset(writer: ByteWriter, { dtype, shape, data }: NewDataset): number {
  const stored = toMemory(dtype, data)
  const bytes = new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength)
  const at = writer.reserveAligned(0)
  writer.append(bytes)
  const address = bytes.length === 0 ? noAddress : numberBytes(at, 8)
  return writeHeader(writer, [
    { type: messageTypes.dataspace, data: dataspace(shape) },
    { type: messageTypes.datatype, data: datatypes[dtype] },
    fillValue,
    { type: messageTypes.layout, data: [3, 1, ...address, ...numberBytes(bytes.length, 8)] },
  ])
}

function writeHeader(writer: ByteWriter, messages: readonly EncodedMessage[]): number {
  const encoded = messages.flatMap(({ type, data }) => {
    const full = padded(data)
    return [...numberBytes(type, 2), ...numberBytes(full.length, 2), 0, 0, 0, 0, ...full]
  })
  const at = writer.reserveAligned(16 + encoded.length)
  const head = [1, 0, ...numberBytes(messages.length, 2), ...numberBytes(1, 4), ...numberBytes(encoded.length, 4)]
  writer.set(at, [...head, 0, 0, 0, 0, ...encoded])
  return at
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}
