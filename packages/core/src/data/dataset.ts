import type { DType, NumberArray, Shape, Tensor, TypedArray } from '@gradus/tensor'
import { describeValue, isClass } from '../config/describe.ts'
import { DataError } from '../errors.ts'

export type { NumberArray } from '@gradus/tensor'

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

/** A host array as users may give it: the numbers may be in an array of another type, and are converted to `dtype`. */
export interface HostArrayData {
  readonly data: NumberArray | readonly number[]
  readonly shape: Shape
  readonly dtype: DType
}

/** One numeric input as users may give it: nested arrays, a typed array, a tensor or a host array. */
export type ArrayData = HostArrayData | Tensor | NumberArray | readonly NestedNumbers[]

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

/** A batch as datasets may give it: arrays of any kind, with a first dimension that counts samples. */
export interface BatchData {
  readonly x: Named<InputData>
  readonly y?: Named<ArrayData>
  readonly sampleWeight?: Named<ArrayData>
}

/**
 * A source of batches that is iterated once per epoch, from the first batch each time. A generator can be iterated only once:
 * enough for one epoch.
 */
export interface Dataset extends AsyncIterable<BatchData> {
  /** Batches per epoch, if known. */
  readonly length?: number | undefined
  /** False if the elements are single samples, not batches. Undefined if unknown. */
  readonly batched?: boolean | undefined
  /** The position of the iteration, as JSON-compatible data, for an exact resume. */
  state?(): unknown
  /** Makes the next iteration continue at a position that `state` returned. Without it, batches are read and skipped. */
  restore?(state: never): void
}

/** A batch in a list, as Keras's generators give it: `[x]`, `[x, y]` or `[x, y, sampleWeight]`. */
export type BatchTuple = readonly [
  x: Named<InputData>,
  y?: Named<ArrayData> | null,
  sampleWeight?: Named<ArrayData> | null,
]

/** Anything that can be iterated for batches. */
export type BatchIterable = AsyncIterable<BatchData | BatchTuple> | Iterable<BatchData | BatchTuple>

/** A dataset, a generator, another iterable of batches, or a function that opens one for each pass, such as a generator function. */
export type DatasetLike = Dataset | BatchIterable | (() => BatchIterable)

/** Whether `value` is a source of batches rather than an array. */
export function isDataset(value: unknown): value is Dataset {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

/**
 * Returns generators, other iterables that are no arrays, and functions that open one as a dataset, and all other values as they
 * are. A function is called for each pass.
 */
export function asDataset<T>(value: T | DatasetLike): T | Dataset {
  if (typeof value === 'function' && !isClass(value)) return datasetOf(value as () => BatchIterable)
  if (typeof value !== 'object' || value === null || isDataset(value)) return value as T | Dataset
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return value as T
  const { next } = value as { readonly next?: unknown }
  if (typeof next === 'function') return new IteratorDataset(value as unknown as Iterator<BatchData>)
  return Symbol.iterator in value ? datasetOf(() => value as BatchIterable) : (value as T)
}

function datasetOf(open: () => BatchIterable): Dataset {
  return {
    async *[Symbol.asyncIterator]() {
      const batches: unknown = await open()
      if (
        typeof batches === 'object' &&
        batches !== null &&
        (Symbol.asyncIterator in batches || Symbol.iterator in batches)
      )
        yield* batches as Iterable<BatchData>
      else
        throw new DataError(
          `The function that opens the batches returned ${describeValue(batches)}; expected an iterable, as a generator function returns.`,
        )
    },
  }
}

/** The batches of an iterator, which can be read once. */
class IteratorDataset implements AsyncIterableIterator<BatchData> {
  constructor(private readonly source: Iterator<BatchData>) {}

  async next(): Promise<IteratorResult<BatchData>> {
    return this.source.next()
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
