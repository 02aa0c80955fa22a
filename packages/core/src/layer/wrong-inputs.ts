import { ShapeError, Tensor, type Tree, treeLeaves } from '@gradus/tensor'
import type { BaseLayer } from './base-layer.ts'
import { titleOf } from './title.ts'

/** The errors that have passed through the call of a layer. */
const reported = new WeakSet<object>()

/**
 * The error to throw for one that `apply` has thrown. A `TypeError` for several inputs becomes a `ShapeError` that says so, unless
 * it comes from the call of a sublayer.
 */
export function explained(error: unknown, layer: BaseLayer, inputs: Tree): unknown {
  if (!(error instanceof TypeError) || reported.has(error)) return error
  reported.add(error)
  if (inputs instanceof Tensor) return error
  const form = Array.isArray(inputs) ? 'a list' : 'an object'
  return new ShapeError(
    `${titleOf(layer)} was called with ${form} of ${treeLeaves(inputs).length} tensors, and its apply cannot take that. ` +
      'A layer for one tensor is called as in call(x); join several first, as in new Concatenate().call([a, b]).',
    { cause: error },
  )
}
