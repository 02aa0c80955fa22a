import { FormatError } from '@gradus/core'
import { type ByteReader, textOf } from './byte-reader.ts'
import { type Message, messageTypes } from './messages.ts'

/** The addresses of the objects in a group, by name. */
export type Entries = ReadonlyMap<string, number>

/** Reads the entries of a group from its messages; undefined for an object that is no group. */
export function entriesOf(reader: ByteReader, messages: readonly Message[]): Entries | undefined {
  const table = messages.find(({ type }) => type === messageTypes.symbolTable)
  if (table) return tableEntries(reader, table)
  const links = messages.filter(({ type }) => type === messageTypes.link)
  const info = messages.find(({ type }) => type === messageTypes.linkInfo)
  if (links.length === 0 && !info) return undefined
  if (info) requireFew(reader, info)
  const entries = new Map<string, number>()
  for (const link of links) {
    const found = linkAt(reader, link)
    if (found) entries.set(...found)
  }
  return entries
}

/** Groups of many entries in files of later versions stand in another structure. */
function requireFew(reader: ByteReader, { at }: Message): void {
  const heap = at + 2 + (reader.u8(at + 1) & 1 ? 8 : 0)
  if (reader.address(heap) === undefined) return
  throw new FormatError(
    "The HDF5 file has a group in the form that h5py writes with libver='latest' or track_order, which is not read. Save the model again with Keras's defaults.",
  )
}

/** A hard link; undefined for links to other paths and to other files, which are not followed. */
function linkAt(reader: ByteReader, { at, end }: Message): [name: string, address: number] | undefined {
  const flags = reader.u8(at + 1)
  let next = at + 2
  const kind = flags & 8 ? reader.u8(next++) : 0
  next += (flags & 4 ? 8 : 0) + (flags & 16 ? 1 : 0)
  const sizeBytes = 1 << (flags & 3)
  const length = reader.unsigned(next, sizeBytes)
  const nameAt = next + sizeBytes
  if (nameAt + length > end) throw reader.fail(`the link at byte ${at} is longer than its message`)
  if (kind !== 0) return undefined
  return [textOf(reader.slice(nameAt, length)), reader.requiredAddress(nameAt + length, 'a link')]
}

/** The entries of a group in the form of the first version: a tree of nodes, with the names in a heap. */
function tableEntries(reader: ByteReader, { at }: Message): Entries {
  const tree = reader.requiredAddress(at, 'the tree of a group')
  const heap = reader.requiredAddress(at + reader.offsetBytes, 'the names of a group')
  reader.signature(heap, 'HEAP', 'the names of a group')
  const namesBytes = reader.length(heap + 8)
  const names = reader.requiredAddress(heap + 8 + 2 * reader.lengthBytes, 'the names of a group')
  reader.slice(names, namesBytes)
  const entries = new Map<string, number>()
  for (const node of treeLeaves(reader, tree, 0, reader.lengthBytes)) {
    reader.signature(node.child, 'SNOD', 'the entries of a group')
    const count = reader.u16(node.child + 6)
    const entryBytes = 2 * reader.offsetBytes + 24
    for (let index = 0; index < count; index++) {
      const entry = node.child + 8 + index * entryBytes
      reader.step('a group', entry)
      const offset = reader.unsigned(entry, reader.offsetBytes)
      if (offset >= namesBytes)
        throw reader.fail(`the name of the entry at byte ${entry} is not among the names of its group`)
      // a link to another path, which is not followed
      if (reader.u32(entry + 2 * reader.offsetBytes) === 2) continue
      const name = reader.text(names + offset, names + namesBytes)
      entries.set(name, reader.requiredAddress(entry + reader.offsetBytes, 'an entry of a group'))
    }
  }
  return entries
}

/** The end of a branch of a tree: the address of the child and that of the key before it. */
interface TreeLeaf {
  readonly key: number
  readonly child: number
}

/** The children of the lowest nodes of a tree of the first version, whose nodes have the given type and keys of `keyBytes`. */
export function* treeLeaves(
  reader: ByteReader,
  address: number,
  type: number,
  keyBytes: number,
  level?: number,
): Generator<TreeLeaf> {
  reader.step('a tree', address)
  reader.signature(address, 'TREE', 'a tree')
  const found = reader.u8(address + 5)
  if (reader.u8(address + 4) !== type || (level !== undefined && found !== level))
    throw reader.fail(`the node of a tree at byte ${address} is of another kind or level than its place`)
  const count = reader.u16(address + 6)
  const first = address + 8 + 2 * reader.offsetBytes
  const stride = keyBytes + reader.offsetBytes
  for (let index = 0; index < count; index++) {
    const key = first + index * stride
    const child = reader.requiredAddress(key + keyBytes, 'a child in a tree')
    if (found === 0) yield { key, child }
    else yield* treeLeaves(reader, child, type, keyBytes, found - 1)
  }
}
