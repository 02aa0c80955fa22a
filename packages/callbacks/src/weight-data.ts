import type { WeightValue } from '@gradus/core'
import { type DType, type Shape, sizeOf } from '@gradus/tensor'
import { fromMemory, toMemory, viewOf } from '@gradus/tensor/internals'

/** A weight as JSON, with exact values. */
export interface WeightData {
  readonly path: string
  readonly shape: Shape
  readonly dtype: DType
  readonly trainable: boolean
  /** The bytes of the values, in hexadecimal. */
  readonly bytes: string
}

/** Converts a weight to JSON. */
export function toWeightData({ path, shape, dtype, trainable, data }: WeightValue): WeightData {
  const stored = toMemory(dtype, data)
  const bytes = new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength)
  return {
    path,
    shape,
    dtype,
    trainable,
    bytes: Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''),
  }
}

/** The inverse of `toWeightData`. */
export function fromWeightData({ path, shape, dtype, trainable, bytes }: WeightData): WeightValue {
  const values = Uint8Array.from({ length: bytes.length / 2 }, (_, i) =>
    Number.parseInt(bytes.slice(2 * i, 2 * i + 2), 16),
  )
  return { path, shape, dtype, trainable, data: fromMemory(dtype, viewOf(dtype, values.buffer, 0, sizeOf(shape))) }
}
