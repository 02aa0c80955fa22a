import type { Tensor, TypedArray } from '@gradus/tensor'
import { disposeTree } from '../input/index.ts'

/** Reads scalars by name and frees them. It waits once for all of them. */
export async function readScalars(tensors: Record<string, Tensor>): Promise<Record<string, number>> {
  const names = Object.keys(tensors)
  const values = Object.values(tensors).every(({ storage }) => storage.readsAtOnce)
    ? names.map((name) => tensors[name]!.dataSync())
    : await Promise.all(names.map((name) => tensors[name]!.data()))
  const logs = Object.fromEntries(names.map((name, index) => [name, scalarOf(values[index]!)]))
  disposeTree(tensors)
  return logs
}

// A metric with one value per class shows their mean, as Keras's progress bar does.
function scalarOf(values: TypedArray): number {
  let total = 0
  for (const value of values) total += value
  return values.length === 1 ? values[0]! : total / values.length
}
