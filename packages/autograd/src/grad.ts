import { formatShape, isFloat, onesLike, ShapeError, Tensor } from '@gradus/tensor'
import { vjp } from './vjp.ts'

export interface GradOptions<Aux extends boolean = false> {
  /** `f` returns `[loss, aux]`: a second tree that is handed on without a derivative (default false). */
  readonly hasAux?: Aux
}

/** The loss, or the loss with what the function returned beside it. */
export type LossOf<R> = R extends readonly [Tensor, infer Aux] ? readonly [Tensor, Aux] : Tensor

/**
 * A function that returns the value of `f` and its gradient with respect to the first argument (a tree), like it.
 * `f` returns a scalar, or `[scalar, aux]`, where `aux` is any tree.
 *
 * @example
 * import { valueAndGrad } from '@gradus/autograd'
 * import { square, sub, sum, tensor } from '@gradus/tensor'
 * const loss = (w, x) => sum(square(sub(w, x)))
 * const [value, gradient] = valueAndGrad(loss)(tensor([3, 1]), tensor([1, 1]))
 * value.item() // => 4
 * gradient.array() // => [4, 0]
 */
export function valueAndGrad<W, A extends readonly unknown[], R extends Tensor | readonly [Tensor, unknown]>(
  f: (weights: W, ...rest: A) => R,
): (weights: W, ...rest: A) => [LossOf<R>, W] {
  return (weights, ...rest) => {
    let aux: unknown
    let hasAux = false
    const { value, pullback } = vjp(
      (w: W) => {
        const result = f(w, ...rest)
        hasAux = !(result instanceof Tensor)
        if (result instanceof Tensor) return result as Tensor
        aux = result[1]
        return result[0]
      },
      [weights],
    )
    if (!(value instanceof Tensor) || value.rank !== 0 || !isFloat(value.dtype)) {
      const got =
        value instanceof Tensor ? `a ${value.dtype} tensor of shape ${formatShape(value.shape)}` : typeof value
      throw new ShapeError(
        `grad needs a function that returns one floating scalar and got ${got}. Use mean or sum to reduce the loss.`,
      )
    }
    const [gradient] = pullback(onesLike(value))
    return [(hasAux ? [value, aux] : value) as LossOf<R>, gradient]
  }
}

/**
 * The gradient of a scalar function with respect to its first argument (a tree). Nest it for higher orders.
 *
 * @example
 * import { grad } from '@gradus/autograd'
 * import { mul, tensor } from '@gradus/tensor'
 * const cube = (x) => mul(mul(x, x), x)
 * grad(cube)(tensor(2)).item() // => 12
 * grad(grad(cube))(tensor(2)).item() // => 12
 */
export function grad<W, A extends readonly unknown[]>(
  f: (weights: W, ...rest: A) => Tensor | readonly [Tensor, unknown],
): (weights: W, ...rest: A) => W {
  return (weights, ...rest) => valueAndGrad(f)(weights, ...rest)[1]
}
