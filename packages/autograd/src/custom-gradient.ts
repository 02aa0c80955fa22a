import { inferShapes, Tensor } from '@gradus/tensor'
import { type Aval, apply, identityOp, type Op } from '@gradus/tensor/internals'
import { vjp } from './vjp.ts'

/**
 * A function of tensors with a derivative of your own. `f` returns the value and, for its cotangent, one cotangent per
 * input (`null` where none flows); it runs again on the way back. Keras: `ops.custom_gradient`.
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
  return applying({
    name: 'customGradient',
    shape: (inputs) => inferShapes(() => f(...valueless<A>(inputs)).value),
    // a tensor of its own, also where the value is an input or was made elsewhere
    inline: (inputs) => apply(identityOp, [f(...(inputs as A)).value], null),
    vjp: (cotangent, inputs) => f(...(inputs as A)).gradient(cotangent),
  })
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
  return applying({
    name: 'checkpoint',
    shape: (inputs) => inferShapes(() => f(...valueless<A>(inputs))),
    inline: (inputs) => apply(identityOp, [f(...(inputs as A))], null),
    vjp: (cotangent, inputs) => vjp(f, inputs.map(again) as unknown as A).pullback(cotangent),
  })
}

function applying<A extends readonly Tensor[]>(op: Op<null>): (...inputs: A) => Tensor {
  return (...inputs) => apply(op, inputs, null)
}

function valueless<A extends readonly Tensor[]>(inputs: readonly Aval[]): A {
  return inputs.map((aval) => new Tensor(aval)) as unknown as A
}

// Without it, `compile` would find the computations of both ways equal and keep the values of the first.
const againOp: Op<null> = {
  name: 'identity',
  view: true,
  barrier: true,
  shape: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  vjp: (cotangent) => [cotangent],
}

function again(x: Tensor): Tensor {
  return apply(againOp, [x], null)
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
