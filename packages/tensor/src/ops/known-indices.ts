import { formatShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'

/**
 * Throws `RangeError` for an index that does not exist in an axis of `size` elements, where the values of the indices are known:
 * outside of traces, on backends that can be read without waiting. Negative indices count from the end.
 */
export function requireKnownIndices(name: string, indices: Tensor, size: number): void {
  if (!indices.concrete || !indices.storage.readsAtOnce) return
  const values = indices.dataSync()
  const wrong = values.findIndex((value: number) => value >= size || value < -size)
  if (wrong < 0) return
  throw new RangeError(
    `${name}: the index ${values[wrong]}, number ${wrong} of indices of shape ${formatShape(indices.shape)}, does not exist in an axis of ${size} elements. ` +
      (size === 0 ? 'The axis is empty.' : `Use ${-size} to ${size - 1}.`),
  )
}
