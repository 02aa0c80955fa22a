import type { Tensor } from '@gradus/tensor'
import { apply, identityOp, type Op } from '@gradus/tensor/internals'

const frozenOp: Op<null> = {
  name: 'frozen',
  shape: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  inline: ([x]) => apply(identityOp, [x!], null),
  vjp: () => [null],
}

/** `x` without a gradient. This package cannot use `stopGradient`, because it does not depend on `@gradus/autograd`. */
export function frozen(x: Tensor): Tensor {
  return apply(frozenOp, [x], null)
}
