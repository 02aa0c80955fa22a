import { crc32c, joinBytes } from '@gradus/core'
import { bytesField, doubleField, wholeField } from './protobuf.ts'

// Event files of TensorBoard: TFRecords of `Event` messages (tensorboard/compat/proto/event.proto).

/** Returns a TFRecord: length, checksum of the length, data, checksum of the data. */
function record(data: Uint8Array): Uint8Array {
  const length = new DataView(new ArrayBuffer(8))
  length.setBigUint64(0, BigInt(data.length), true)
  const lengthBytes = new Uint8Array(length.buffer)
  return joinBytes([lengthBytes, maskedChecksum(lengthBytes), data, maskedChecksum(data)])
}

/** The checksum of TFRecord files is rotated and shifted, because data may contain checksums themselves. */
function maskedChecksum(data: Uint8Array): Uint8Array {
  const crc = crc32c(data)
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
  const view = new DataView(new ArrayBuffer(4))
  view.setUint32(0, masked, true)
  return new Uint8Array(view.buffer)
}

/** The time of an event in seconds since 1970. */
const now = () => Date.now() / 1000

/** The record with which an event file begins. */
export function versionRecord(): Uint8Array {
  return record(joinBytes([doubleField(1, now()), bytesField(3, 'brain.Event:2')]))
}

/** The record of an event with values: messages `Summary.Value`. */
export function summaryRecord(step: number, values: readonly Uint8Array[]): Uint8Array {
  const summary = values.map((value) => bytesField(1, value))
  return record(joinBytes([doubleField(1, now()), wholeField(2, step), bytesField(5, ...summary)]))
}

/** The record of an event with a graph: a message `GraphDef`. */
export function graphRecord(graph: Uint8Array): Uint8Array {
  return record(joinBytes([doubleField(1, now()), bytesField(4, graph)]))
}
