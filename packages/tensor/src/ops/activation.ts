import { operation } from '../operation.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import { add, cast, greater, greaterEqual, maximum, mul, neg, where } from './arithmetic.ts'
import { unary } from './elementwise.ts'
import { erfc } from './error-function.ts'
import { exp, log1p } from './exponential.ts'
import { asTensor } from './operands.ts'
import { abs } from './rounding.ts'
import { requireFloat, requireNumeric } from './rules.ts'
import { sigmoid } from './sigmoid.ts'
import { tanh } from './trigonometric.ts'
import { wide } from './wide.ts'

/** `max(x, 0)`; the gradient at 0 is 0. */
export const relu = /* @__PURE__ */ unary('relu', requireNumeric, {
  // the output is positive where the input is, so the input is not kept
  vjp: (ct, _, y) => where(greater(y, 0), ct, 0),
})

/** `relu(x)`, at most 6; the gradient at 0 and at 6 is 0. */
export const relu6 = /* @__PURE__ */ operation(
  'relu6',
  (x: TensorLike): Tensor => {
    const value = asTensor('relu6', x)
    return where(greaterEqual(value, 6), 6, relu(value))
  },
  ['any'],
)

/** `log(1 + exp(x))`, a smooth `relu`. */
export const softplus = /* @__PURE__ */ unary('softplus', requireFloat, {
  // max(x, 0) + log1p(exp(-|x|))
  inline: (x) => add(maximum(x, 0), log1p(exp(neg(abs(x))))),
  vjp: (ct, x) => mul(ct, sigmoid(x)),
})

/** `x * sigmoid(x)`, also called swish. */
export const silu = /* @__PURE__ */ operation(
  'silu',
  (x: TensorLike): Tensor => {
    const value = asTensor('silu', x)
    return mul(value, sigmoid(value))
  },
  ['any'],
)

/**
 * x times the normal distribution function at x; `approximate` takes the tanh formula (Hendrycks and Gimpel,
 * arXiv:1606.08415). As `keras.activations.gelu` it is exact by default, whereas `keras.ops.gelu` approximates.
 */
export const gelu = /* @__PURE__ */ operation(
  'gelu',
  (x: TensorLike, { approximate = false }: { readonly approximate?: boolean } = {}): Tensor => {
    const given = asTensor('gelu', x)
    // cubes leave the range of float16
    const value = wide(given)
    const twice = approximate ? tanhFormula(value) : erfc(mul(value, -Math.SQRT1_2))
    return cast(mul(mul(value, 0.5), twice), given.dtype)
  },
  ['any', ['approximate']],
)

/** Twice the normal distribution function: 1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)). */
function tanhFormula(x: Tensor): Tensor {
  const cube = mul(mul(x, x), x)
  return add(tanh(mul(add(x, mul(cube, 0.044715)), Math.sqrt(2 / Math.PI))), 1)
}
