import type { Tensor } from '@gradus/tensor'
import { apply, identityOp, type Op } from '@gradus/tensor/internals'

const frozenOp: Op<null> = {
  name: 'frozen',
  shape: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  inline: ([x]) => apply(identityOp, [x!], null),
  vjp: () => [null],
}

/** `x` as a constant: no gradient flows through it. Layers depend on tensors only, not on the gradient package. */
export function frozen(x: Tensor): Tensor {
  return apply(frozenOp, [x], null)
}
