import type { NestedArray, Tensor } from '@gradus/tensor'
import { nest } from '@gradus/tensor/internals'
import { ConfigError } from '../errors.ts'
import { leavesOf } from '../structure.ts'

/** The values of tensors that `readConstants` has read. */
const knownValues = new WeakMap<Tensor, NestedArray>()

/** A tensor as plain data: its values and its dtype. Throws `ConfigError` that names `path` if they cannot be read at once. */
export function constantData(tensor: Tensor, path: string): object {
  const values = knownValues.get(tensor) ?? (readsAtOnce(tensor) ? tensor.array() : undefined)
  if (values !== undefined) return { values, dtype: tensor.dtype }
  throw new ConfigError(
    `${path} is a Tensor whose values cannot be read at once, so it cannot be saved as data. Save the model with \`await model.save(...)\`, which waits for them, or use plain values.`,
  )
}

/**
 * Reads the tensors in `configs` whose backend has no synchronous reads and keeps their values for `toSpec`. Returns undefined if
 * there are none.
 */
export function readConstants(configs: readonly object[]): Promise<unknown> | undefined {
  const unread = (leavesOf(configs) as Tensor[]).filter(
    (tensor) => tensor.concrete && !readsAtOnce(tensor) && !knownValues.has(tensor),
  )
  if (unread.length === 0) return undefined
  return Promise.all(
    unread.map(async (tensor) => knownValues.set(tensor, nest(await tensor.data(), tensor.shape, tensor.dtype))),
  )
}

function readsAtOnce(tensor: Tensor): boolean {
  return tensor.concrete && tensor.storage.readsAtOnce
}
