import { FormatError } from '@gradus/core'
import { inflateAtMost } from '../deflate/inflate-at-most.ts'
import type { ByteReader } from './byte-reader.ts'
import { treeLeaves } from './group-entries.ts'
import { type Message, messageTypes } from './messages.ts'

/** Where the elements of a dataset stand: their bytes, in a new buffer. `title` is the name of the dataset in messages. */
export function storedBytesOf(
  reader: ByteReader,
  messages: readonly Message[],
  { shape, elementBytes, length, title }: DataForm,
): Uint8Array<ArrayBuffer> {
  const layout = messages.find(({ type }) => type === messageTypes.layout)
  if (!layout) throw reader.fail(`${title} has no layout`)
  if (messages.some(({ type }) => type === messageTypes.externalFiles))
    throw new FormatError(`${title} has its values in another file, which is not read. Save the model again.`)
  const { at } = layout
  const version = reader.u8(at)
  if (version !== 3 && version !== 4) throw unread(title, `the layout version ${version}`)
  const kind = reader.u8(at + 1)
  if (kind === 0) return copied(reader, at + 4, reader.u16(at + 2), length, title)
  if (kind === 1) {
    const address = reader.address(at + 2)
    if (address === undefined) return unwritten(length, title)
    return copied(reader, address, reader.length(at + 2 + reader.offsetBytes), length, title)
  }
  if (kind !== 2 || version !== 3) throw unread(title, 'a layout of later versions of HDF5')
  const filters = filtersIn(reader, messages, title)
  return chunked(reader, at, filters, { shape, elementBytes, length, title })
}

/** The form of the elements of a dataset. */
interface DataForm {
  readonly shape: readonly number[]
  readonly elementBytes: number
  /** The bytes of all elements. */
  readonly length: number
  readonly title: string
}

function unread(title: string, what: string): FormatError {
  return new FormatError(`${title} has ${what}, which is not read. Save the model again with Keras's defaults.`)
}

function copied(reader: ByteReader, at: number, stored: number, length: number, title: string) {
  if (stored < length) throw reader.fail(`${title} has ${stored} bytes, and its shape takes ${length}`)
  return new Uint8Array(reader.slice(at, length))
}

/** Zeros for a dataset whose elements were never written, where they are few. */
function unwritten(length: number, title: string): Uint8Array<ArrayBuffer> {
  if (length <= 2 ** 20) return new Uint8Array(length)
  throw new FormatError(`${title} has a shape and no values. Save the model again.`)
}

const deflate = 1
const checksum = 3

/** The numbers of the filters of a dataset, in the order in which they were applied. */
function filtersIn(reader: ByteReader, messages: readonly Message[], title: string): number[] {
  const message = messages.find(({ type }) => type === messageTypes.filters)
  if (!message) return []
  const { at } = message
  const version = reader.u8(at)
  const filters: number[] = []
  let next = at + (version === 1 ? 8 : 2)
  for (let index = reader.u8(at + 1); index > 0; index--) {
    const filter = reader.u16(next)
    if (filter < deflate || filter > checksum) throw unread(title, `the filter ${filter}`)
    const nameBytes = version === 1 ? Math.ceil(reader.u16(next + 2) / 8) * 8 : 0
    const valuesAt = next + (version === 1 ? 8 : 6)
    const values = reader.u16(valuesAt - 2)
    filters.push(filter)
    next = valuesAt + nameBytes + 4 * (version === 1 ? values + (values % 2) : values)
  }
  return filters
}

/** The most bytes that a byte of a compressed dataset stands for in a file of more than 256 MiB. */
const mostRatio = 20

function chunked(reader: ByteReader, at: number, filters: readonly number[], form: DataForm): Uint8Array<ArrayBuffer> {
  const { shape, elementBytes, length, title } = form
  const rank = shape.length
  if (reader.u8(at + 2) !== rank + 1) throw reader.fail(`the chunks of ${title} have another rank than its shape`)
  if (length > Math.max(2 ** 28, mostRatio * reader.bytes.length))
    throw new FormatError(`${title} would take ${length} bytes, far more than the file has. It is not read.`)
  const root = reader.address(at + 3)
  const sizesAt = at + 3 + reader.offsetBytes
  const sizes = Array.from({ length: rank }, (_, axis) => reader.u32(sizesAt + 4 * axis))
  const chunkBytes = sizes.reduce((product, d) => product * d, elementBytes)
  if (root === undefined) return unwritten(length, title)
  if (!(chunkBytes > 0 && chunkBytes <= Math.max(2 ** 24, length)))
    throw reader.fail(`the chunks of ${title} have the shape [${sizes.join(', ')}]`)
  const result = new Uint8Array(length)
  // each chunk stands once in a sound file; many that share their bytes would take hours
  let left = shape.reduce((product, d, axis) => product * Math.ceil(d / sizes[axis]!), 1)
  for (const { key, child } of treeLeaves(reader, root, 1, 8 + 8 * (rank + 1))) {
    if (--left < 0) throw reader.fail(`${title} has more chunks than its shape takes`)
    const start = Array.from({ length: rank }, (_, axis) => reader.unsigned(key + 8 + 8 * axis, 8))
    const skipped = reader.u32(key + 4)
    const applied = filters.filter((_, index) => (skipped & (1 << index)) === 0)
    const chunk = unfiltered(reader.slice(child, reader.u32(key)), applied, elementBytes, chunkBytes, title)
    if (chunk.length < chunkBytes) throw reader.fail(`the chunk of ${title} at byte ${child} is too short`)
    place(result, chunk, { shape, sizes, start, elementBytes })
  }
  return result
}

/** The elements of a chunk as they were before the filters. */
function unfiltered(
  stored: Uint8Array,
  filters: readonly number[],
  elementBytes: number,
  chunkBytes: number,
  title: string,
): Uint8Array {
  const fail = (problem: string) => new FormatError(`A chunk of ${title} ${problem}. The file is damaged.`)
  let bytes = stored
  for (const filter of [...filters].reverse()) {
    if (filter === deflate) bytes = inflateAtMost(bytes, chunkBytes + 4, fail, true)
    else if (filter === checksum) bytes = bytes.subarray(0, Math.max(0, bytes.length - 4))
    else bytes = unshuffled(bytes, elementBytes)
  }
  return bytes
}

function unshuffled(bytes: Uint8Array, elementBytes: number): Uint8Array {
  const count = Math.floor(bytes.length / elementBytes)
  const result = new Uint8Array(bytes)
  for (let part = 0; part < elementBytes; part++)
    for (let index = 0; index < count; index++) result[index * elementBytes + part] = bytes[part * count + index]!
  return result
}

interface Place {
  readonly shape: readonly number[]
  readonly sizes: readonly number[]
  readonly start: readonly number[]
  readonly elementBytes: number
}

/** Copies the rows of a chunk that are within the dataset to their place. */
function place(result: Uint8Array, chunk: Uint8Array, { shape, sizes, start, elementBytes }: Place): void {
  const counts = shape.map((d, axis) => Math.min(sizes[axis]!, d - start[axis]!))
  if (counts.some((count) => !(count > 0))) return
  const last = counts.at(-1) ?? 1
  const rows = counts.slice(0, -1).reduce((product, d) => product * d, 1)
  const index = counts.slice(0, -1).map(() => 0)
  for (let row = 0; row < rows; row++) {
    let [from, to] = [0, 0]
    for (const [axis, d] of shape.entries()) {
      const within = index[axis] ?? 0
      from = from * sizes[axis]! + within
      to = to * d + start[axis]! + within
    }
    const bytes = last * elementBytes
    result.set(chunk.subarray(from * elementBytes, from * elementBytes + bytes), to * elementBytes)
    for (let axis = index.length - 1; axis >= 0 && ++index[axis]! === counts[axis]; axis--) index[axis] = 0
  }
}
