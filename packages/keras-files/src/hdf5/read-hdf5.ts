import { FormatError } from '@gradus/core'
import { decodeValues } from '@gradus/io'
import type { Shape } from '@gradus/tensor'
import { type Attributes, attributesIn } from './attributes.ts'
import { ByteReader } from './byte-reader.ts'
import { elementsIn, elementTypeAt, reverseElements, shapeAt } from './datatype.ts'
import { type Entries, entriesOf } from './group-entries.ts'
import { type Message, messagesOf, messageTypes } from './messages.ts'
import { storedBytesOf } from './storage.ts'

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]

/** The most numbers that a byte of an HDF5 file stands for: deflate makes at most 1032 bytes of one. */
export const mostPerByte = 1032

/** Whether bytes begin as an HDF5 file. */
export function isHdf5(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && signature.every((byte, index) => bytes[index] === byte)
}

/** The values of a dataset. */
export type Values = ReturnType<typeof decodeValues> & { readonly shape: Shape }

/** A group of an HDF5 file: named groups and datasets. */
export interface Hdf5Group {
  /** For messages: `The group 'layers/dense'`. */
  readonly title: string
  readonly attributes: Attributes
  /** The names of the groups and datasets in it. */
  readonly names: readonly string[]
  /** The group of a name; undefined if there is none. */
  group(name: string): Hdf5Group | undefined
  /** The values of the dataset of a name, in a path with slashes or alone; undefined if there is none. */
  values(name: string): Values | undefined
}

/**
 * Opens an HDF5 file as h5py writes it by default: groups with symbol tables, datasets of numbers in one piece or in chunks, with
 * gzip, and attributes with texts. Reads nothing but the bytes of the file: links to other files are not followed. Throws
 * `FormatError`, with the byte, for a damaged file, and for one with structures that this reader does not have. Source: HDF5 File
 * Format Specification 3.0, The HDF Group.
 */
export function readHdf5(bytes: Uint8Array): Hdf5Group {
  const start = isHdf5(bytes) ? 0 : userBlock(bytes)
  const reader = new ByteReader(bytes, start)
  const version = reader.u8(start + 8)
  if (version > 3) throw reader.fail(`it begins with the version ${version}; the versions 0 to 3 are known`)
  const isOld = version < 2
  const sizesAt = start + (isOld ? 13 : 9)
  reader.offsetBytes = sizeAt(reader, sizesAt)
  reader.lengthBytes = sizeAt(reader, sizesAt + 1)
  const addresses = start + (version === 0 ? 24 : version === 1 ? 28 : 12)
  // the addresses: base, free space or extension, end of the file, driver or root
  const root = addresses + (isOld ? 5 : 3) * reader.offsetBytes
  const end = reader.requiredAddress(addresses + 2 * reader.offsetBytes, 'the end of the file')
  if (end > bytes.length)
    throw reader.fail(`by its first bytes it has ${end} bytes, and it ends at byte ${bytes.length}; it was cut off`)
  return groupAt(reader, reader.requiredAddress(root, 'the root'), '', 0)!
}

/** The length of the bytes of another program before the file. */
function userBlock(bytes: Uint8Array): number {
  for (let start = 512; start < bytes.length; start *= 2) if (isHdf5(bytes.subarray(start, start + 8))) return start
  throw new FormatError(
    'This is no HDF5 file: it does not begin with the signature of one. Check the path, or whether the download is complete.',
  )
}

function sizeAt(reader: ByteReader, at: number): number {
  const size = reader.u8(at)
  if (size === 2 || size === 4 || size === 8) return size
  throw reader.fail(`the addresses and lengths in it have ${size} bytes; expected 8`)
}

/** The deepest groups that are read. */
const mostDepth = 64

function groupAt(reader: ByteReader, address: number, path: string, depth: number): Hdf5Group | undefined {
  const title = path === '' ? 'The root of the HDF5 file' : `The group '${path.slice(-100)}'`
  if (depth > mostDepth)
    throw new FormatError(`${title} lies deeper than ${mostDepth} groups, or the groups of the file form a circle.`)
  reader.step('a group', address)
  const messages = messagesOf(reader, address)
  const entries = entriesOf(reader, messages)
  if (!entries && path !== '') return undefined
  return new Group(reader, path, title, depth, messages, entries ?? new Map())
}

class Group implements Hdf5Group {
  private known: Attributes | undefined

  constructor(
    private readonly reader: ByteReader,
    private readonly path: string,
    readonly title: string,
    private readonly depth: number,
    private readonly messages: readonly Message[],
    private readonly entries: Entries,
  ) {}

  get attributes(): Attributes {
    this.known ??= attributesIn(this.reader, this.messages)
    return this.known
  }

  get names(): readonly string[] {
    return [...this.entries.keys()]
  }

  group(name: string): Hdf5Group | undefined {
    const address = this.entries.get(name)
    if (address !== undefined) return groupAt(this.reader, address, this.within(name), this.depth + 1)
    const [first, rest] = splitPath(name)
    return rest === undefined ? undefined : this.group(first)?.group(rest)
  }

  values(name: string): Values | undefined {
    const address = this.entries.get(name)
    if (address !== undefined) return valuesAt(this.reader, address, `The dataset '${this.within(name).slice(-150)}'`)
    const [first, rest] = splitPath(name)
    return rest === undefined ? undefined : this.group(first)?.values(rest)
  }

  private within(name: string): string {
    return this.path === '' ? name : `${this.path}/${name}`
  }
}

function splitPath(path: string): [first: string, rest?: string] {
  const slash = path.indexOf('/')
  return slash < 0 ? [path] : [path.slice(0, slash), path.slice(slash + 1)]
}

function valuesAt(reader: ByteReader, address: number, title: string): Values | undefined {
  reader.step('a dataset', address)
  const messages = messagesOf(reader, address)
  const [space, type] = [messageTypes.dataspace, messageTypes.datatype].map((wanted) =>
    messages.find((message) => message.type === wanted),
  )
  if (!space || !type) return undefined
  if (type.isShared || space.isShared)
    throw new FormatError(`${title} has a type that is kept elsewhere in the file, which is not read.`)
  const shape = shapeAt(reader, space.at)
  const { kind, bytes, bigEndian, title: typeTitle } = elementTypeAt(reader, type.at)
  if (kind === 'other' || kind === 'text' || kind === 'heap text')
    throw new FormatError(`${title} holds ${typeTitle}; only numbers are read.`)
  if (!shape) throw new FormatError(`${title} has no elements and no shape. Save the model again.`)
  const length = elementsIn(shape, title) * bytes
  const stored = storedBytesOf(reader, messages, { shape, elementBytes: bytes, length, title })
  if (bigEndian) reverseElements(stored, bytes)
  return { shape, ...decodeValues(stored, kind, (problem) => new FormatError(`${title} ${problem}`)) }
}
