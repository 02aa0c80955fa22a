import { add, div, mul, sqrt, sum, type Tensor } from '@gradus/tensor'

/** Euclidean norms over `axis`, which keeps the size 1. */
export function normsOver(x: Tensor, axis: number | readonly number[]): Tensor {
  return sqrt(sum(mul(x, x), { axis, keepDims: true }))
}

/** `x` scaled from norms `norms` to `desired`; 1e-7, Keras's epsilon, keeps a norm of 0 at 0. */
export function rescaled(x: Tensor, norms: Tensor, desired: Tensor): Tensor {
  return mul(x, div(desired, add(norms, 1e-7)))
}
