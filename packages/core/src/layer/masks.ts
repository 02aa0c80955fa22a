import type { Tensor } from '@gradus/tensor'
import { apply, identityOp } from '@gradus/tensor/internals'

// A mask belongs to a tensor, wherever that goes: from layer to layer, through models within models, and from one call on
// values to the next.
const masks = new WeakMap<Tensor, Tensor>()

/** The mask that came with a tensor, if any. */
export function maskOf(x: Tensor): Tensor | undefined {
  return masks.get(x)
}

export function setMask(x: Tensor, mask: Tensor | undefined): void {
  if (mask) masks.set(x, mask)
}

/** A tensor with another mask; the tensor itself keeps its own. */
export function withMask(x: Tensor, mask: Tensor | undefined): Tensor {
  if (mask === masks.get(x)) return x
  const copy = apply(identityOp, [x], null)
  setMask(copy, mask)
  return copy
}
