import { checkState, DataError, type WeightValue } from '@gradus/core'
import { type DType, dtypes, type Shape, sizeOf } from '@gradus/tensor'
import { bytesPerElement, fromMemory, toMemory, viewOf } from '@gradus/tensor/internals'

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

const fields = {
  path: { type: 'string', required: true },
  shape: { type: 'shape', required: true },
  dtype: { oneOf: dtypes, required: true },
  trainable: { type: 'boolean', required: true },
  bytes: { type: 'string', required: true },
} as const

/** The inverse of `toWeightData` for a list. Throws `DataError`, which names `owner`, for data of another form. */
export function fromWeightList(weights: readonly WeightData[], owner: string): WeightValue[] {
  if (Array.isArray(weights)) return weights.map((weight: WeightData) => fromWeightData(weight, owner))
  throw new DataError(`The saved state of ${owner} is damaged: the weights are no list.`)
}

function fromWeightData(weight: WeightData, owner: string): WeightValue {
  checkState(owner, weight, fields)
  const { path, shape, dtype, trainable, bytes } = weight
  if (bytes.length !== 2 * bytesPerElement(dtype) * sizeOf(shape) || /[^0-9a-f]/.test(bytes))
    throw new DataError(`The saved state of ${owner} is damaged: the bytes of '${path}' do not fill its shape.`)
  const values = Uint8Array.from({ length: bytes.length / 2 }, (_, i) =>
    Number.parseInt(bytes.slice(2 * i, 2 * i + 2), 16),
  )
  return { path, shape, dtype, trainable, data: fromMemory(dtype, viewOf(dtype, values.buffer, 0, sizeOf(shape))) }
}
