import { cast, equal, isFloat, type Tensor, type TypedArray, where } from '@gradus/tensor'
import { computeDType } from '@gradus/tensor/internals'
import { DataError } from '../errors.ts'
import type { HostArray } from './dataset.ts'
import { castHostArray, positionText } from './host-array.ts'

/** What a layer takes as indices: whole numbers from 0 to below a size. */
export interface IndexLimit {
  readonly size: number
  /** The layer and the option that sets the size, in messages: `Embedding (inputDim 5)`. */
  readonly owner: string
}

/** The tensors from which `wholeNumbers` made others, while limits are collected. */
const sources = new WeakMap<Tensor, Tensor>()

/** Collects the limits of tensors while layers run on shapes. */
let collected: Map<Tensor, IndexLimit[]> | undefined

/**
 * Says that a layer reads `x` as indices. A layer calls it in `apply`, with the tensor that it was given. Throws `DataError` for
 * values outside of the limit where they are known: outside of traces, on backends that can be read without waiting. When the
 * values come from data, `fit`, `evaluate` and `predict` check them on the host.
 */
export function requireIndices(x: Tensor, limit: IndexLimit): void {
  const read = sources.get(x) ?? x
  collected?.set(read, [...(collected.get(read) ?? []), limit])
  if (x.concrete && x.storage.readsAtOnce) checkIndices({ data: x.dataSync(), shape: x.shape }, limit, 'the input')
}

/**
 * Casts an input of a model to the dtype of whole numbers that the model has for it. Floats that the dtype does not have, such as
 * 2.5 and NaN, throw `DataError` where they are known; otherwise they become the smallest int32 or the largest uint32, which are
 * no indices. A cast alone would truncate them.
 */
export function wholeNumbers(x: Tensor, dtype: 'int32' | 'uint32'): Tensor {
  if (!isFloat(x.dtype)) return x
  if (x.concrete && x.storage.readsAtOnce)
    castHostArray({ data: x.dataSync(), shape: x.shape, dtype: computeDType(x.dtype) }, 'the input', dtype)
  const numbers = cast(x, dtype)
  const whole = where(equal(cast(numbers, x.dtype), x), numbers, dtype === 'int32' ? -(2 ** 31) : 2 ** 32 - 1)
  if (collected) sources.set(whole, sources.get(x) ?? x)
  return whole
}

/** Runs layers on shapes and returns the limits of the tensors that they read as indices. */
export function collectIndexLimits(run: () => void): ReadonlyMap<Tensor, readonly IndexLimit[]> {
  const outer = collected
  const limits = new Map<Tensor, IndexLimit[]>()
  collected = limits
  try {
    run()
    return limits
  } finally {
    collected = outer
  }
}

/** Throws `DataError` with the position for a number that is not an index within the limit. */
export function checkIndices(
  { data, shape }: Pick<HostArray, 'data' | 'shape'>,
  { size, owner }: IndexLimit,
  name: string,
): void {
  const wrong = firstOutside(data, size)
  if (wrong < 0) return
  const value = data[wrong]!
  const reason = Number.isInteger(value) ? 'is out of range' : 'is no whole number'
  throw new DataError(
    `${positionText(name, shape, wrong)} is ${value}, which ${reason}: ${owner} takes indices from 0 to ${size - 1}.`,
  )
}

function firstOutside(data: TypedArray, size: number): number {
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!
    if (!(value >= 0 && value < size && value === Math.floor(value))) return i
  }
  return -1
}
