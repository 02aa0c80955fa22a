import { eye, full, reshape, slice, stack, type Tensor, treeMap } from '@gradus/tensor'
import { grad } from './grad.ts'
import { vjp } from './vjp.ts'

/**
 * Makes a function for all derivatives of the elements of `f(x)` (a tensor) with respect to the elements of `x` (a tree): a
 * tensor of shape `[...output, ...leaf]` for each leaf.
 *
 * @example
 * import { jacobian } from '@gradus/autograd'
 * import { square, tensor } from '@gradus/tensor'
 * jacobian((x) => square(x))(tensor([1, 3])).array() // => [[2, 0], [0, 6]]
 */
export function jacobian<W = Tensor, A extends readonly unknown[] = readonly Tensor[]>(
  f: (x: W, ...rest: A) => Tensor,
): (x: W, ...rest: A) => W {
  return (x, ...rest) => {
    const { value, pullback } = vjp((w: W) => f(w, ...rest), [x])
    const basis = eye(value.size, value.size, 0, value.dtype)
    const rows = Array.from(
      { length: value.size },
      (_, row) => pullback(reshape(slice(basis, [row, 0], [1, value.size]), value.shape))[0],
    )
    return treeMap(
      (leaf, ...gradients) => {
        const shape = [...value.shape, ...leaf.shape]
        return gradients.length === 0 ? full(shape, 0, leaf.dtype, leaf) : reshape(stack(gradients, 0), shape)
      },
      x,
      ...rows,
    )
  }
}

/**
 * Makes a function for all second derivatives of a scalar function of one tensor: shape `[...x, ...x]`.
 *
 * @example
 * import { hessian } from '@gradus/autograd'
 * import { mul, sum, square, tensor } from '@gradus/tensor'
 * hessian((x) => sum(mul(square(x), x)))(tensor([1, 2])).array() // => [[6, 0], [0, 12]]
 */
export function hessian<A extends readonly unknown[] = readonly Tensor[]>(
  f: (x: Tensor, ...rest: A) => Tensor,
): (x: Tensor, ...rest: A) => Tensor {
  return jacobian(grad(f) as (x: Tensor, ...rest: A) => Tensor)
}
