import type { DType, Shape, Tensor, TypedArray } from '@gradus/tensor'

/** Numbers on the host with a shape, as in data pipelines. The first dimension counts samples. */
export interface HostArray {
  readonly data: TypedArray
  readonly shape: Shape
  readonly dtype: DType
}

/** Strings on the host with a shape, for layers that run on the host, such as `StringLookup`. */
export interface StringArray {
  readonly data: readonly string[]
  readonly shape: Shape
  readonly dtype: 'string'
}

/** Numbers or strings on the host. */
export type HostValues = HostArray | StringArray

/** One value, or several by position or name, for models with several inputs or outputs. */
export type Named<T> = T | readonly T[] | { readonly [name: string]: T }

/** A typed array of numbers. Bytes are whole numbers, such as pixels, and become int32. */
export type NumberArray = TypedArray | Int8Array | Int16Array | Uint16Array | Uint8ClampedArray

/** One numeric input as users may give it: nested arrays, a typed array, a tensor or a host array. */
export type ArrayData = HostArray | Tensor | NumberArray | readonly NestedNumbers[]

/** Numbers nested like dimensions; the innermost level may be typed arrays. */
export type NestedNumbers = number | boolean | NumberArray | readonly NestedNumbers[]

/** One input of strings as users may give it: nested arrays or a string array. */
export type StringData = StringArray | readonly NestedStrings[]

/** Strings nested like dimensions. */
export type NestedStrings = string | readonly NestedStrings[]

/** One input as users may give it. */
export type InputData = ArrayData | StringData

/** A batch of samples: inputs, targets and weights. */
export interface Batch {
  readonly x: Named<HostValues>
  readonly y?: Named<HostArray>
  readonly sampleWeight?: Named<HostArray>
}

/** A source of batches that can be iterated repeatedly, once per epoch. */
export interface Dataset extends AsyncIterable<Batch> {
  /** Batches per epoch, if known. */
  readonly length?: number
}

/** Whether `value` is a source of batches rather than an array. */
export function isDataset(value: unknown): value is Dataset {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}
