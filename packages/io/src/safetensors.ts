import { describeValue, FormatError } from '@gradus/core'
import { type DType, formatShape, type Shape, sizeOf, type TypedArray } from '@gradus/tensor'
import { bytesPerElement, toMemory } from '@gradus/tensor/internals'
import { repeatedKey } from './repeated-key.ts'
import { type Bytes, decodeValues, type StoredType, storedBytes } from './stored-types.ts'

/** Values with a name, a shape and a dtype. */
export interface NamedTensor {
  readonly name: string
  readonly dtype: DType
  readonly shape: Shape
  readonly data: TypedArray
}

/** The contents of a safetensors file. */
export interface Safetensors {
  readonly tensors: NamedTensor[]
  readonly metadata: Record<string, string>
}

const storedAs: Readonly<Record<DType, StoredType>> = {
  float16: 'F16',
  float32: 'F32',
  float64: 'F64',
  int32: 'I32',
  uint32: 'U32',
  bool: 'BOOL',
}

/** The largest header in bytes, enough for 100 000 tensors; a larger one is an error or an attack. */
const maxHeaderBytes = 2 ** 24

/**
 * Encodes tensors and texts as a safetensors file (https://github.com/huggingface/safetensors): eight bytes with the length of
 * the header, the header as JSON, the values in little-endian order. Throws `FormatError` for duplicate names, for values that do
 * not fill their shape, and for a header of more than 16 MiB.
 *
 * @example
 * import { decodeSafetensors, encodeSafetensors } from '@gradus/io'
 * const bytes = encodeSafetensors([{ name: 'w', dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) }], { step: '7' })
 * decodeSafetensors(bytes).metadata.step // => '7'
 */
export function encodeSafetensors(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Bytes {
  // Wide types come first, so that every tensor starts at a multiple of its element size and can be read without a copy.
  const layout = tensors
    .map((tensor, index) => ({ tensor, index, start: 0, end: 0 }))
    .sort((a, b) => bytesPerElement(b.tensor.dtype) - bytesPerElement(a.tensor.dtype) || a.index - b.index)
  let offset = 0
  for (const range of layout) {
    const { name, dtype, shape, data } = range.tensor
    if (data.length !== sizeOf(shape)) {
      throw new FormatError(
        `The tensor '${name}' has ${data.length} values and the shape ${formatShape(shape)}, which holds ${sizeOf(shape)}.`,
      )
    }
    range.start = offset
    offset += data.length * bytesPerElement(dtype)
    range.end = offset
  }
  const header = encodeHeader(
    [...layout].sort((a, b) => a.index - b.index),
    metadata,
  )
  const bytes = new Uint8Array(8 + header.length + offset)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true)
  bytes.set(header, 8)
  for (const { tensor, start } of layout) {
    const data = toMemory(tensor.dtype, tensor.data)
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 8 + header.length + start)
  }
  return bytes
}

function encodeHeader(
  ranges: readonly { tensor: NamedTensor; start: number; end: number }[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const names = new Set<string>(['__metadata__'])
  const fields = Object.keys(metadata).length > 0 ? [`"__metadata__":${JSON.stringify(metadata)}`] : []
  for (const {
    tensor: { name, dtype, shape },
    start,
    end,
  } of ranges) {
    if (names.has(name))
      throw new FormatError(`The tensor name '${name}' is taken. The tensors of a file need different names.`)
    names.add(name)
    fields.push(
      `${JSON.stringify(name)}:${JSON.stringify({ dtype: storedAs[dtype], shape, data_offsets: [start, end] })}`,
    )
  }
  const text = new TextEncoder().encode(`{${fields.join(',')}}`)
  if (text.length > maxHeaderBytes - 8)
    throw new FormatError(`The header would be ${text.length} bytes long; at most ${maxHeaderBytes} can be read again.`)
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20)
  padded.set(text)
  return padded
}

/**
 * Decodes the bytes of a safetensors file. Throws `FormatError`, which names the tensor, for wrong types and shapes, for names that
 * occur twice, and for values that overlap or do not fill the file. A header of more than 16 MiB is refused before it is read.
 *
 * Types without a dtype here are converted: F16 and BF16 to float32, I8, U8, I16 and U16 to int32, I64 to int32 and U64 to
 * uint32. Throws `FormatError` for 64-bit values that do not fit.
 */
export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  return decodeTensors(bytes)
}

/** Like `decodeSafetensors`, with the tensors of some names. The file may end after the last of them. */
export function decodeTensors(bytes: Uint8Array, isWanted?: (name: string) => boolean): Safetensors {
  const { header, start } = readHeader(bytes)
  const { __metadata__: metadata, ...rest } = header
  const length = bytes.length - start
  const found = Object.entries(rest).map(([name, description]) =>
    readDescription(name, description, isWanted && !isWanted(name) ? Number.POSITIVE_INFINITY : length),
  )
  checkCoverage(found, isWanted ? 0 : length)
  const wanted = isWanted ? found.filter(({ name }) => isWanted(name)) : found
  return {
    metadata: readMetadata(metadata),
    tensors: wanted.map(({ name, type, shape, begin, end }) => {
      // a new buffer is aligned for any element type, and not shared; `slice` of a Buffer of Node makes none
      const copy = new Uint8Array(bytes.subarray(start + begin, start + end))
      return {
        name,
        shape,
        ...decodeValues(copy, type, (problem) => new FormatError(`The tensor '${shortName(name)}' ${problem}`)),
      }
    }),
  }
}

/**
 * Returns the length of a safetensors file that begins with `start`: the bytes up to the end of its last tensor, or of the last one with
 * a name that is wanted. Undefined if the header goes on after `start`. Throws `FormatError` for a header that is damaged or too large.
 */
export function safetensorsLength(start: Uint8Array, isWanted?: (name: string) => boolean): number | undefined {
  if (start.length < 8) return undefined
  const end = 8 + checkedHeaderLength(start)
  if (end > start.length) return undefined
  const { __metadata__: _, ...rest } = readHeader(start).header
  const ends = Object.entries(rest)
    .map(([name, description]) => readDescription(name, description, Number.POSITIVE_INFINITY))
    .map(({ name, end: last }) => (isWanted && !isWanted(name) ? 0 : last))
  return ends.reduce((last, next) => Math.max(last, next), 0) + end
}

/** Whether bytes begin with the length of a header, be it too large, and a `{`, like a safetensors file. */
export function isSafetensors(bytes: Uint8Array): boolean {
  return bytes.length > 8 && headerLength(bytes) < 2n ** 32n && bytes[8] === 0x7b
}

function headerLength(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true)
}

function checkedHeaderLength(bytes: Uint8Array): number {
  const length = headerLength(bytes)
  if (length <= BigInt(maxHeaderBytes)) return Number(length)
  throw new FormatError(
    `This is no safetensors file: by its first bytes its header would be ${length} bytes long; at most ${maxHeaderBytes} are read. Check what the file holds.`,
  )
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8) {
    throw new FormatError(
      `This is no safetensors file, or it was cut off: it has ${bytes.length} bytes, and 8 are needed for the length of the header. Save it again.`,
    )
  }
  const start = 8 + checkedHeaderLength(bytes)
  if (start > bytes.length) {
    throw new FormatError(
      `The file is cut off or no safetensors file: its header should end at byte ${start}, and the file ends at byte ${bytes.length}. Save it again, or copy it again.`,
    )
  }
  const text = new Uint8Array(bytes.subarray(8, start)) // a decoder takes no shared memory
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text))
  } catch (error) {
    throw new FormatError(`The header of the safetensors file is not JSON: ${(error as Error).message}`)
  }
  if (!isObject(header)) throw new FormatError('The header of the safetensors file is not a JSON object.')
  const twice = repeatedKey(text, Object.keys(header).length)
  if (twice !== undefined) throw new FormatError(`The header has the name ${describeValue(twice)} twice.`)
  return { header, start }
}

function readMetadata(metadata: unknown): Record<string, string> {
  if (metadata === undefined) return {}
  if (!isObject(metadata)) throw new FormatError("The header's '__metadata__' is not an object of texts.")
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string')
      throw new FormatError(
        `The header's '__metadata__' has a ${typeof value} under '${shortName(key)}'; expected a text.`,
      )
  }
  return metadata as Record<string, string>
}

/** The description of a tensor in the header; `begin` and `end` are byte offsets in the values. */
interface TensorDescription {
  readonly name: string
  readonly type: StoredType
  readonly shape: Shape
  readonly begin: number
  readonly end: number
}

function readDescription(name: string, description: unknown, length: number): TensorDescription {
  const fail = (problem: string) => new FormatError(`The tensor '${shortName(name)}' ${problem}`)
  if (!isObject(description)) throw fail('has no description in the header; expected { dtype, shape, data_offsets }.')
  const { dtype, shape, data_offsets: offsets } = description
  if (typeof dtype !== 'string' || !Object.hasOwn(storedBytes, dtype)) {
    throw fail(
      `has the type ${describeValue(dtype)}, which cannot be read here. Known: ${Object.keys(storedBytes).join(', ')}.`,
    )
  }
  if (!isCounts(shape)) throw fail(`has the shape ${describeValue(shape)}; expected a list of whole numbers from 0.`)
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    throw fail(`has the data_offsets ${describeValue(offsets)}; expected [begin, end] in bytes.`)
  }
  const [begin, end] = offsets as [number, number]
  if (end > length)
    throw fail(
      `ends at byte ${end} of the values, and the file holds ${length}. It may be cut off: copy or save it again.`,
    )
  const type = dtype as StoredType
  const size = sizeOf(shape) * storedBytes[type]
  if (size !== end - begin) {
    throw fail(
      `has the type ${dtype} and the shape ${describeValue(shape)}, which take ${size} bytes, and has ${end - begin}.`,
    )
  }
  return { name, type, shape, begin, end }
}

function checkCoverage(tensors: readonly TensorDescription[], length: number): void {
  let reached = 0
  let previous = ''
  for (const { name, begin, end } of [...tensors].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < reached)
      throw new FormatError(
        `The tensors '${shortName(previous)}' and '${shortName(name)}' overlap: the second begins at byte ${begin}, the first ends at ${reached}.`,
      )
    if (begin > reached)
      throw new FormatError(
        `Before the tensor '${shortName(name)}' there are ${begin - reached} bytes that belong to no tensor.`,
      )
    reached = end
    previous = name
  }
  if (reached < length)
    throw new FormatError(
      `The file holds ${length - reached} bytes after its last tensor${previous && ` '${shortName(previous)}'`} that belong to none.`,
    )
}

/** The name of a tensor in messages. */
function shortName(name: string): string {
  return name.length > 100 ? `${name.slice(0, 100)}...` : name
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0)
}
