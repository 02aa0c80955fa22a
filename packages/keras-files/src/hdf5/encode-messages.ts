import type { DType } from '@gradus/tensor'
import { numberBytes, padded } from './byte-writer.ts'
import { messageTypes } from './messages.ts'

/** The data of a message in the header of an object. */
export interface EncodedMessage {
  readonly type: number
  readonly data: readonly number[]
}

const wholeNumber = (bytes: number, signed: boolean) => [
  ...[0x10, signed ? 8 : 0, 0, 0, ...numberBytes(bytes, 4)],
  ...[0, 0, ...numberBytes(8 * bytes, 2)],
]

const float = (bytes: number, mantissa: number, exponent: number) => [
  ...[0x11, 0x20, 8 * bytes - 1, 0, ...numberBytes(bytes, 4)],
  ...[0, 0, ...numberBytes(8 * bytes, 2), mantissa, exponent, 0, mantissa],
  ...numberBytes(2 ** (exponent - 1) - 1, 4),
]

const text = (value: string) => [...new TextEncoder().encode(value)]

/** Bytes with the names FALSE and TRUE, as h5py writes booleans. */
const boolean = /* @__PURE__ */ (() => [
  ...[0x18, 2, 0, 0, ...numberBytes(1, 4)],
  ...wholeNumber(1, true),
  ...padded([...text('FALSE'), 0]),
  ...padded([...text('TRUE'), 0]),
  ...[0, 1],
])()

/** The datatype messages of the dtypes. */
export const datatypes: Readonly<Record<DType, readonly number[]>> = /* @__PURE__ */ (() => ({
  float16: float(2, 10, 5),
  float32: float(4, 23, 8),
  float64: float(8, 52, 11),
  int32: wholeNumber(4, true),
  uint32: wholeNumber(4, false),
  bool: boolean,
}))()

/** The dataspace message of a shape. */
export function dataspace(shape: readonly number[]): number[] {
  return [1, shape.length, 0, 0, 0, 0, 0, 0, ...shape.flatMap((d) => numberBytes(d, 8))]
}

/** The fill value message of a dataset that is written in one piece: zero. */
export const fillValue: EncodedMessage = { type: 0x05, data: [2, 2, 2, 1, 0, 0, 0, 0] }

/** A text of any length, which stands in a heap. */
const heapText = /* @__PURE__ */ (() => [0x19, 1, 1, 0, ...numberBytes(16, 4), ...wholeNumber(1, false)])()

/** An attribute with a text, given by the heap that has it. */
export function textAttribute(name: string, length: number, heap: number, index: number): EncodedMessage {
  const data = [...numberBytes(length, 4), ...numberBytes(heap, 8), ...numberBytes(index, 4)]
  return attribute(name, heapText, dataspace([]), data)
}

/** An attribute with a list of texts, as numpy writes them: each has the length of the longest. */
export function textsAttribute(name: string, texts: readonly string[]): EncodedMessage {
  const encoded = texts.map(text)
  if (encoded.length === 0) return attribute(name, datatypes.float64, dataspace([0]), [])
  const width = Math.max(1, ...encoded.map(({ length }) => length))
  const data = encoded.flatMap((bytes) => [...bytes, ...new Array<number>(width - bytes.length).fill(0)])
  return attribute(name, [0x13, 1, 0, 0, ...numberBytes(width, 4)], dataspace([texts.length]), data)
}

function attribute(
  name: string,
  type: readonly number[],
  space: readonly number[],
  data: readonly number[],
): EncodedMessage {
  const nameBytes = [...text(name), 0]
  const sizes = [nameBytes.length, type.length, space.length].flatMap((size) => numberBytes(size, 2))
  return {
    type: messageTypes.attribute,
    data: [1, 0, ...sizes, ...padded(nameBytes), ...padded(type), ...padded(space), ...data],
  }
}
