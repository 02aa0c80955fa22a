import type { DType, Shape, Tensor, TypedArray } from '@gradus/tensor'

/** Numbers on the host with a shape: what data pipelines carry. The first dimension counts samples. */
export interface HostArray {
  readonly data: TypedArray
  readonly shape: Shape
  readonly dtype: DType
}

/** Strings on the host with a shape, for layers that work there, such as `StringLookup`. */
export interface StringArray {
  readonly data: readonly string[]
  readonly shape: Shape
  readonly dtype: 'string'
}

/** Numbers or strings on the host. */
export type HostValues = HostArray | StringArray

/** One value, or several by position or name, for models with several inputs or outputs. */
export type Named<T> = T | readonly T[] | { readonly [name: string]: T }

/** A typed array of numbers. Bytes count as whole numbers here, such as pixels, and become int32. */
export type NumberArray = TypedArray | Int8Array | Int16Array | Uint16Array | Uint8ClampedArray

/** What users may give as one input of numbers: nested arrays, a typed array, a tensor or a host array. */
export type ArrayData = HostArray | Tensor | NumberArray | readonly NestedNumbers[]

/** Numbers nested like dimensions; the innermost level may be typed arrays. */
export type NestedNumbers = number | boolean | NumberArray | readonly NestedNumbers[]

/** What users may give as strings: nested arrays of them, or a string array. */
export type StringData = StringArray | readonly NestedStrings[]

/** Strings nested like dimensions. */
export type NestedStrings = string | readonly NestedStrings[]

/** What users may give as one input. */
export type InputData = ArrayData | StringData

/** Samples that belong together: inputs, targets and weights. */
export interface Batch {
  readonly x: Named<HostValues>
  readonly y?: Named<HostArray>
  readonly sampleWeight?: Named<HostArray>
}

/** A source of batches that can be walked again and again, once per epoch. */
export interface Dataset extends AsyncIterable<Batch> {
  /** Batches per pass, where known. */
  readonly length?: number
}

/** Whether `value` is a source of batches rather than an array. */
export function isDataset(value: unknown): value is Dataset {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}
