import { formatShape, isFloat, onesLike, ShapeError, Tensor, treeLeaves } from '@gradus/tensor'
import { vjp } from './vjp.ts'

/** The loss, or the loss with the second result of the function. */
export type LossOf<R> = R extends readonly [Tensor, infer Aux] ? readonly [Tensor, Aux] : Tensor

/**
 * Makes a function that returns the value of `f` and its gradient with respect to the first argument, a tree of the same form.
 * `f` returns a floating scalar, or `[scalar, aux]` with any value `aux`; other results throw `ShapeError`. Throws `TypeError` for a first argument without tensors. In TypeScript
 * arguments of `f` without a type are tensors.
 *
 * @example
 * import { valueAndGrad } from '@gradus/autograd'
 * import { square, sub, sum, tensor } from '@gradus/tensor'
 * const loss = (w, x) => sum(square(sub(w, x)))
 * const [value, gradient] = valueAndGrad(loss)(tensor([3, 1]), tensor([1, 1]))
 * value.item() // => 4
 * gradient.array() // => [4, 0]
 */
export function valueAndGrad<
  W = Tensor,
  A extends readonly unknown[] = readonly Tensor[],
  R extends Tensor | readonly [Tensor, unknown] = Tensor,
>(f: (weights: W, ...rest: A) => R): (weights: W, ...rest: A) => [LossOf<R>, W] {
  if (typeof f !== 'function') throw new TypeError(`A gradient needs a function of tensors and got ${typeof f}.`)
  return (weights, ...rest) => {
    const isValue = typeof weights !== 'object' || weights === null || (Array.isArray(weights) && weights.length > 0)
    if (isValue && treeLeaves(weights).length === 0) {
      throw new TypeError(
        `A gradient is taken with respect to tensors, and the first argument holds none. Make one with tensor(...).`,
      )
    }
    let second: { readonly aux: unknown } | undefined
    const { value, pullback } = vjp(
      (w: W) => {
        const result: unknown = f(w, ...rest)
        if (!Array.isArray(result)) return result
        second = { aux: result[1] }
        return result[0] as unknown
      },
      [weights],
    )
    if (!(value instanceof Tensor) || value.rank !== 0 || !isFloat(value.dtype)) {
      const got = value instanceof Tensor ? `${value.dtype}${formatShape(value.shape)}` : typeof value
      throw new ShapeError(
        `grad needs a function that returns one floating scalar and got ${got}. Use mean or sum to reduce the loss.`,
      )
    }
    const [gradient] = pullback(onesLike(value))
    return [(second ? [value, second.aux] : value) as LossOf<R>, gradient]
  }
}

/**
 * Makes the gradient of a scalar function with respect to its first argument (a tree). Nest it for higher orders. Throws
 * `ShapeError` if the result of `f` is not a floating scalar.
 *
 * @example
 * import { grad } from '@gradus/autograd'
 * import { mul, tensor } from '@gradus/tensor'
 * const cube = (x) => mul(mul(x, x), x)
 * grad(cube)(tensor(2)).item() // => 12
 * grad(grad(cube))(tensor(2)).item() // => 12
 */
export function grad<W = Tensor, A extends readonly unknown[] = readonly Tensor[]>(
  f: (weights: W, ...rest: A) => Tensor | readonly [Tensor, unknown],
): (weights: W, ...rest: A) => W {
  const both = valueAndGrad(f)
  return (weights, ...rest) => both(weights, ...rest)[1]
}
