import type { Tensor } from '@gradus/tensor'
import { apply, identityOp } from '@gradus/tensor/internals'
import { isPlainObject, type Structure } from '../structure.ts'

/** Which entries count, as bool tensors: a mask, or for several tensors one each; undefined where all entries count. */
export type Masks = Structure<Tensor | undefined>

// A mask belongs to a tensor, so it follows the tensor through nested models and from one call on values to the next.
const masks = new WeakMap<Tensor, Tensor>()

/** The mask of a tensor, if it has one. */
export function maskOf(x: Tensor): Tensor | undefined {
  return masks.get(x)
}

/** Sets the mask of a tensor; undefined leaves it as it is. */
export function setMask(x: Tensor, mask: Tensor | undefined): void {
  if (mask) masks.set(x, mask)
}

/** A copy of a tensor with another mask, or the tensor itself if that is its mask. */
export function withMask(x: Tensor, mask: Tensor | undefined): Tensor {
  if (mask === masks.get(x)) return x
  const copy = apply(identityOp, [x], null)
  setMask(copy, mask)
  return copy
}

/** The first mask of a structure of masks. */
export function firstMask(masks: Masks): Tensor | undefined {
  return masksIn(masks).find((mask) => mask)
}

/** The masks of a structure in order, including undefined ones. */
export function masksIn(masks: Masks): (Tensor | undefined)[] {
  if (masks === undefined || masks === null) return [undefined]
  if (Array.isArray(masks)) return masks.flatMap(masksIn)
  if (isPlainObject(masks)) return Object.values(masks).flatMap((mask) => masksIn(mask as Masks))
  return [masks as Tensor]
}
