import type { Tensor, TypedArray } from '@gradus/tensor'
import { DataError } from '../errors.ts'
import type { HostArray } from './dataset.ts'
import { positionText } from './host-array.ts'

/** What a layer takes as indices: whole numbers from 0 to below a size. */
export interface IndexLimit {
  readonly size: number
  /** The layer and the option that sets the size, in messages: `Embedding (inputDim 5)`. */
  readonly owner: string
}

/** Collects the limits of tensors while layers run on shapes. */
let collected: Map<Tensor, IndexLimit[]> | undefined

/**
 * Says that a layer reads `x` as indices. A layer calls it in `apply`, with the tensor that it was given. Throws `DataError` for
 * values outside of the limit where they are known: outside of traces, on backends that can be read without waiting. When the
 * values come from data, `fit`, `evaluate` and `predict` check them on the host.
 */
export function requireIndices(x: Tensor, limit: IndexLimit): void {
  collected?.set(x, [...(collected.get(x) ?? []), limit])
  if (x.concrete && x.storage.readsAtOnce) checkIndices({ data: x.dataSync(), shape: x.shape }, limit, 'the input')
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
