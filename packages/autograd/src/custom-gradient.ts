import { inferShapes, Tensor } from '@gradus/tensor'
import { type Aval, apply, identityOp, type Op } from '@gradus/tensor/internals'
import { vjp } from './vjp.ts'

/**
 * Makes a function of tensors with a custom derivative. `f` returns the value, and a function from the cotangent of the value to
 * one cotangent per input (`null` for none). `f` runs again in the backward pass. Keras: `ops.custom_gradient`.
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
  return functionOf({
    name: 'customGradient',
    shape: (inputs) => inferShapes(() => f(...shapesOnly<A>(inputs)).value),
    // a new tensor, also if the value is an input or another tensor
    inline: (inputs) => apply(identityOp, [f(...(inputs as A)).value], null),
    vjp: (cotangent, inputs) => f(...(inputs as A)).gradient(cotangent),
  })
}

/**
 * Makes a function that does not keep the intermediate values of `f` for the gradient, but computes them again in the backward
 * pass: less memory for more time. `f` takes and returns tensors. Only its arguments get gradients, not tensors in its closure.
 *
 * @example
 * import { checkpoint, grad } from '@gradus/autograd'
 * import { sin, sum, tensor } from '@gradus/tensor'
 * const f = checkpoint((x) => sin(sin(x)))
 * grad((x) => sum(f(x)))(tensor([0])).array() // => [1]
 */
export function checkpoint<A extends readonly Tensor[]>(f: (...inputs: A) => Tensor): (...inputs: A) => Tensor {
  return functionOf({
    name: 'checkpoint',
    shape: (inputs) => inferShapes(() => f(...shapesOnly<A>(inputs))),
    inline: (inputs) => apply(identityOp, [f(...(inputs as A))], null),
    vjp: (cotangent, inputs) => vjp(f, inputs.map(recomputed) as unknown as A).pullback(cotangent),
  })
}

function functionOf<A extends readonly Tensor[]>(op: Op<null>): (...inputs: A) => Tensor {
  return (...inputs) => apply(op, inputs, null)
}

function shapesOnly<A extends readonly Tensor[]>(inputs: readonly Aval[]): A {
  return inputs.map((aval) => new Tensor(aval)) as unknown as A
}

// a barrier, because `compile` would otherwise merge the computations of both passes and keep the values of the first
const recomputedOp: Op<null> = {
  name: 'identity',
  view: true,
  barrier: true,
  shape: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  vjp: (cotangent) => [cotangent],
}

function recomputed(x: Tensor): Tensor {
  return apply(recomputedOp, [x], null)
}

const stopGradientOp: Op<null> = {
  name: 'stopGradient',
  shape: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  inline: ([x]) => apply(identityOp, [x!], null),
  vjp: () => [null],
}

/**
 * Returns `x` as a constant: no gradient flows through it.
 *
 * @example
 * import { grad, stopGradient } from '@gradus/autograd'
 * import { mul, tensor } from '@gradus/tensor'
 * grad((x) => mul(x, stopGradient(x)))(tensor(3)).item() // => 3
 */
export function stopGradient(x: Tensor): Tensor {
  if (!(x instanceof Tensor)) throw new TypeError('stopGradient takes a tensor. Make one with tensor(...).')
  return apply(stopGradientOp, [x], null)
}
