import type { HostArray, Named } from '@gradus/core'
import { type DType, type Tensor, tensor } from '@gradus/tensor'
import { hostArray } from '@gradus/tensor/internals'
import { Unsupported } from './outcome.ts'

/** A recorded tensor. Numbers that are not finite are the strings NaN, Infinity and -Infinity. */
export interface Recorded {
  readonly shape: readonly number[]
  readonly dtype: string
  readonly data: readonly (number | string | boolean)[]
}

/** A recorded weight, or a gradient by a weight. With `none` there is no gradient. */
export interface RecordedWeight extends Recorded {
  readonly path: string
  readonly name: string
  readonly trainable?: boolean
  readonly none?: boolean
}

/** The fields of every case. */
export interface CaseBase {
  readonly name: string
  readonly class: string
  readonly kind: string
  readonly suggested_rtol?: number
  readonly rtol_by_key?: Readonly<Record<string, number>>
}

/** A Keras object, an identifier, or several of them, as `fromKeras` takes them. */
export type Keras = unknown

export function isRecorded(value: unknown): value is Recorded {
  return typeof value === 'object' && value !== null && 'shape' in value && 'dtype' in value && 'data' in value
}

const dtypes: Readonly<Record<string, DType>> = {
  float32: 'float32',
  float64: 'float64',
  bool: 'bool',
  int8: 'int32',
  int16: 'int32',
  int32: 'int32',
  int64: 'int32',
  uint8: 'int32',
  uint16: 'int32',
  uint32: 'uint32',
}

/** The dtype for a recorded tensor. */
function dtypeOf({ dtype }: Recorded): DType {
  const known = dtypes[dtype]
  if (!known) throw new Unsupported(`dtype ${dtype}`)
  return known
}

/** A recorded tensor as a tensor, in `dtype` if that is given. */
export function toTensor(recorded: Recorded, dtype: DType = dtypeOf(recorded)): Tensor {
  return tensor(recorded.data.map(Number), { shape: recorded.shape, dtype })
}

/** A recorded tensor as an array on the host. */
export function toHost(recorded: Recorded): HostArray {
  const dtype = dtypeOf(recorded)
  const data = hostArray(dtype, recorded.data.length)
  recorded.data.forEach((value, index) => {
    data[index] = Number(value)
  })
  return { data, shape: recorded.shape, dtype }
}

/** One recorded tensor, or several by position or name. */
export function toNamedHost(value: Named<Recorded>): Named<HostArray> {
  if (isRecorded(value)) return toHost(value)
  if (Array.isArray(value)) return (value as readonly Recorded[]).map(toHost)
  return Object.fromEntries(
    Object.entries(value as { readonly [name: string]: Recorded }).map(([key, entry]) => [key, toHost(entry)]),
  )
}

/** `kernel_size` as `kernelSize`. */
export function camelCase(name: string): string {
  return name.replace(/(?<=.)_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
