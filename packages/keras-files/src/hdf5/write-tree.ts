import { type ByteWriter, noAddress, numberBytes } from './byte-writer.ts'

/** The most entries of a block of entries, and of a node of the tree above the blocks. */
export const blockEntries = 8
export const nodeChildren = 32

/** An entry of a group: where its name is in the heap of names, and the address of the object. */
interface TreeEntry {
  readonly offset: number
  readonly address: number
}

/** A block of entries or a node of the tree, with the offset of its last name. */
interface Child {
  readonly address: number
  readonly last: number
}

/** Writes the entries of a group, which are sorted by name, and the tree above them. Returns the address of its root. */
export function writeTree(writer: ByteWriter, entries: readonly TreeEntry[]): number {
  let children = writeBlocks(writer, entries)
  for (let level = 0; level === 0 || children.length > 1; level++) children = writeNodes(writer, children, level)
  return children[0]!.address
}

/** Writes blocks of entries (`SNOD`). */
function writeBlocks(writer: ByteWriter, entries: readonly TreeEntry[]): Child[] {
  const children: Child[] = []
  for (let first = 0; first < entries.length; first += blockEntries) {
    const block = entries.slice(first, first + blockEntries)
    const address = writer.reserveAligned(8 + blockEntries * 40)
    writer.set(address, [0x53, 0x4e, 0x4f, 0x44, 1, 0, ...numberBytes(block.length, 2)])
    for (const [index, entry] of block.entries())
      writer.set(address + 8 + 40 * index, [...numberBytes(entry.offset, 8), ...numberBytes(entry.address, 8)])
    children.push({ address, last: block.at(-1)!.offset })
  }
  return children
}

/** Writes the nodes of one level (`TREE`), each with the addresses of those beside it. */
function writeNodes(writer: ByteWriter, children: readonly Child[], level: number): Child[] {
  const count = Math.max(1, Math.ceil(children.length / nodeChildren))
  const addresses = Array.from({ length: count }, () => writer.reserveAligned(32 + 16 * nodeChildren))
  let before = 0
  return addresses.map((address, index) => {
    const own = children.slice(index * nodeChildren, (index + 1) * nodeChildren)
    const beside = [addresses[index - 1], addresses[index + 1]].flatMap((at) =>
      at === undefined ? noAddress : numberBytes(at, 8),
    )
    const keys = own.flatMap((child) => [...numberBytes(child.address, 8), ...numberBytes(child.last, 8)])
    const head = [0x54, 0x52, 0x45, 0x45, 0, level, ...numberBytes(own.length, 2), ...beside]
    writer.set(address, [...head, ...numberBytes(before, 8), ...keys])
    before = own.at(-1)?.last ?? 0
    return { address, last: before }
  })
}
