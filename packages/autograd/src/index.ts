/**
 * Derivatives of functions of tensors. The functions take and return trees (tensors nested in arrays and objects) and must be
 * synchronous.
 *
 * | function | result | cost |
 * | --- | --- | --- |
 * | `grad(f)`, `valueAndGrad(f)` | the gradient of a scalar with respect to the first argument | a few times f |
 * | `vjp(f, inputs)` | the value, and the map from its cotangents to cotangents of the inputs | a few times f |
 * | `jvp(f, inputs, tangents)` | the value, and its derivative along a direction | a few times f |
 * | `jacobian(f)`, `hessian(f)` | all first derivatives of a tensor, all second ones of a scalar | a few times f per element |
 *
 * They can be nested in any combination, and used inside and around `compile`. Derivatives follow all tensors from which a value
 * was computed, also through closures. Derivatives of integers and booleans are zeros of the same dtype. `stopGradient` makes a
 * value a constant, `customGradient` replaces a derivative, and `checkpoint` computes values again in the backward pass instead
 * of keeping them.
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
