import { apply, identityOp, inferShapes, type Op, Tensor } from '@gradus/tensor'
import { vjp } from './vjp.ts'

/**
 * A function of tensors with a derivative of your own. `f` returns the value and, for its cotangent, one cotangent per
 * input (`null` where none flows). Keras: `ops.custom_gradient`.
 *
 * @example
 * import { customGradient, grad } from '@gradus/autograd'
 * import { round, sum, tensor } from '@gradus/tensor'
 * const straightThrough = customGradient((x) => ({ value: round(x), gradient: (ct) => [ct] }))
 * grad((x) => sum(straightThrough(x)))(tensor([0.2, 1.7])).array() // => [1, 1]
 */
export function customGradient<A extends readonly Tensor[]>(
  f: (...inputs: A) => { value: Tensor; gradient: (cotangent: Tensor) => readonly (Tensor | null)[] },
): (...inputs: A) => Tensor {
  const op: Op<null> = {
    name: 'customGradient',
    shape: (inputs) => inferShapes(() => f(...(inputs.map((aval) => new Tensor(aval)) as unknown as A)).value),
    inline: (inputs) => f(...(inputs as A)).value,
    vjp: (cotangent, inputs) => f(...(inputs as A)).gradient(cotangent),
  }
  return (...inputs) => apply(op, inputs, null)
}

/**
 * `f` without keeping its intermediate values for the gradient: they are computed again on the way back. Trades time for
 * memory. `f` takes and returns tensors; whatever needs a gradient must be one of its arguments.
 *
 * @example
 * import { checkpoint, grad } from '@gradus/autograd'
 * import { sin, sum, tensor } from '@gradus/tensor'
 * const f = checkpoint((x) => sin(sin(x)))
 * grad((x) => sum(f(x)))(tensor([0])).array() // => [1]
 */
export function checkpoint<A extends readonly Tensor[]>(f: (...inputs: A) => Tensor): (...inputs: A) => Tensor {
  return customGradient<A>((...inputs) => ({
    value: f(...inputs),
    gradient: (cotangent) => vjp(f, inputs).pullback(cotangent),
  }))
}

const stopGradientOp: Op<null> = {
  name: 'stopGradient',
  shape: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  inline: ([x]) => apply(identityOp, [x!], null),
  vjp: () => [null],
}

/** `x`, as a constant: no gradient flows through it. */
export function stopGradient(x: Tensor): Tensor {
  return apply(stopGradientOp, [x], null)
}
