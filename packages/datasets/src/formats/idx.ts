import { FormatError } from '@gradus/core'

/** Reads bytes with a shape from a file in the IDX format of MNIST. Throws `FormatError` for damaged files and other types. */
export function readIdx(bytes: Uint8Array, name: string): { data: Uint8Array; shape: number[] } {
  const [zero, zeroToo, type, dimensions = 0] = bytes
  if (zero !== 0 || zeroToo !== 0 || type !== 8 || bytes.length < 4 + 4 * dimensions) {
    throw new FormatError(`${name} is not an IDX file of bytes: it begins with ${[...bytes.subarray(0, 4)]}.`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const shape = Array.from({ length: dimensions }, (_, axis) => view.getUint32(4 + 4 * axis))
  const data = bytes.subarray(4 + 4 * dimensions)
  const count = shape.reduce((product, size) => product * size, 1)
  if (data.length !== count) {
    throw new FormatError(
      `${name} has ${data.length} values for the shape [${shape}], which holds ${count}. It is incomplete.`,
    )
  }
  return { data, shape }
}
