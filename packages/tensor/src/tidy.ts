import { adopt, collect } from './tensor.ts'
import { treeLeaves } from './tree.ts'

/**
 * Runs `body` and frees every tensor that it created, except those in its result. For hand-written eager loops.
 * `body` must be synchronous: throws `TypeError` for a promise.
 *
 * @example
 * import { add, mul, tidy, tensor } from '@gradus/tensor'
 * const x = tensor([1, 2])
 * const y = tidy(() => add(mul(x, 2), 1)) // the product is freed here
 * y.array() // => [3, 5]
 */
export function tidy<T>(body: () => T): T {
  const { result, created } = collect(body)
  if (result instanceof Promise)
    throw new TypeError(
      'tidy() was given an async function; it frees tensors when the function returns, so it must be synchronous.',
    )
  const kept = new Set(treeLeaves(result))
  for (const tensor of created) if (!kept.has(tensor)) tensor.dispose()
  adopt([...kept].filter((tensor) => created.has(tensor)))
  return result
}
