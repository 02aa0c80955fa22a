import { apply } from '../interpreter.ts'
import { operation, operationOf } from '../operation.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import { add, div, equal, mul, sub, where } from './arithmetic.ts'
import { binaryOp, unary } from './elementwise.ts'
import { logicalAnd } from './logical.ts'
import { alignOperands, asTensor } from './operands.ts'
import { requireFloat } from './rules.ts'

/** `e ** x`. */
export const exp = /* @__PURE__ */ unary('exp', requireFloat, { cost: 12, vjp: (ct, _, y) => mul(ct, y) })

/** `e ** x - 1`, accurate near 0. */
export const expm1 = /* @__PURE__ */ unary('expm1', requireFloat, { cost: 16, vjp: (ct, x) => mul(ct, exp(x)) })

/** The natural logarithm; -inf at 0, NaN below. */
export const log = /* @__PURE__ */ unary('log', requireFloat, { cost: 14, vjp: (ct, x) => div(ct, x) })

/** `log(1 + x)`, accurate near 0. */
export const log1p = /* @__PURE__ */ unary('log1p', requireFloat, { cost: 16, vjp: (ct, x) => div(ct, add(x, 1)) })

/** The square root; NaN below 0. */
export const sqrt = /* @__PURE__ */ unary('sqrt', requireFloat, {
  cost: 4,
  // 1 / (2 sqrt x)
  vjp: (ct, _, y) => div(mul(ct, 0.5), y),
})

/** `1 / sqrt(x)`. */
export const rsqrt = /* @__PURE__ */ unary('rsqrt', requireFloat, {
  cost: 6,
  // -1/2 x^(-3/2) = -y / (2 x); the cube of y would overflow earlier
  vjp: (ct, x, y) => mul(ct, mul(div(y, x), -0.5)),
})

/** `x * x`. */
export const square = /* @__PURE__ */ operation(
  'square',
  (x: TensorLike): Tensor => {
    const value = asTensor('square', x)
    return mul(value, value)
  },
  ['any'],
)

/** `1 / x`. */
export const reciprocal = /* @__PURE__ */ operation(
  'reciprocal',
  (x: TensorLike): Tensor => div(1, asTensor('reciprocal', x)),
  ['any'],
)

/** `pow(x, 0)` is 1 for every x, so d/dx is 0 there; at x = 0 the derivative by the exponent is 0. */
const powOp = /* @__PURE__ */ binaryOp('pow', requireFloat, {
  cost: 60,
  vjp(ct, x, exponent, y) {
    // d/dx = e x^(e-1), which would be 0 * inf at x = e = 0
    const zero = logicalAnd(equal(x, 0), equal(exponent, 0))
    const slope = mul(exponent, pow(x, where(zero, 0, sub(exponent, 1))))
    // d/de = x^e log x, which would be 0 * -inf at x = 0
    return [mul(ct, slope), mul(ct, mul(y, log(where(equal(x, 0), 1, x))))]
  },
})

/**
 * `x ** exponent`, with NumPy's broadcasting; `pow(x, 0)` is 1, a negative x with an exponent that is not whole gives NaN.
 *
 * @example
 * import { pow, tensor } from '@gradus/tensor'
 * pow(tensor([1, 2, 3]), 2).array() // => [1, 4, 9]
 */
export const pow = /* @__PURE__ */ operationOf(
  powOp,
  (x: TensorLike, exponent: TensorLike): Tensor => {
    if (exponent === 2) return square(x)
    return apply(powOp, alignOperands('pow', [x, exponent]), null)
  },
  ['any', 'any'],
)

/** The logarithm to base 2. */
export const log2 = /* @__PURE__ */ operation('log2', (x: TensorLike): Tensor => div(log(x), Math.LN2), ['any'])

/** The logarithm to base 10. */
export const log10 = /* @__PURE__ */ operation('log10', (x: TensorLike): Tensor => div(log(x), Math.LN10), ['any'])

/** `2 ** x`. */
export const exp2 = /* @__PURE__ */ operation('exp2', (x: TensorLike): Tensor => pow(2, x), ['any'])
