/**
 * Derivatives of functions of tensors. Functions go in, functions come out; they take and return trees (tensors nested in
 * arrays and objects) and must be synchronous.
 *
 * | given f | is | costs |
 * | --- | --- | --- |
 * | `grad(f)`, `valueAndGrad(f)` | the gradient of a scalar, by the first argument | a few times f |
 * | `vjp(f, inputs)` | the value, and the map from cotangents of it to cotangents of the inputs | a few times f |
 * | `jvp(f, inputs, tangents)` | the value, and its change along a direction | a few times f |
 * | `jacobian(f)`, `hessian(f)` | all first derivatives of a tensor, all second ones of a scalar | that per element |
 *
 * All of them nest, in any combination, and work inside and around `compile`. Closures are followed: what matters is which
 * tensors a value was computed from. Integers and booleans carry no derivative; theirs are zeros of their own dtype.
 * `stopGradient` ends the flow at a value, `customGradient` replaces it, and `checkpoint` computes a part again on the way
 * back instead of keeping its values.
 *
 * @example
 * import { grad, jvp } from '@gradus/autograd'
 * import { mul, sin, sum, tensor } from '@gradus/tensor'
 * const f = (x) => sum(mul(x, sin(x)))
 * const x = tensor([0, 0])
 * const direction = tensor([1, 2])
 * jvp(grad(f), [x], [direction]).tangent.array() // => [2, 4]
 */
export * from './custom-gradient.ts'
export * from './grad.ts'
export * from './jacobian.ts'
export * from './jvp.ts'
export * from './vjp.ts'
