import { apply } from '../interpreter.ts'
import type { Op } from '../op.ts'
import { operation } from '../operation.ts'
import type { Tensor } from '../tensor.ts'
import { add, div, equal, mul, sub, where } from './arithmetic.ts'
import { alignOperands, asTensor, type TensorLike } from './broadcast.ts'
import { logicalAnd } from './logical.ts'
import { floatBinary, floatUnary, type None } from './rules.ts'

export const expOp: Op<None> = {
  name: 'exp',
  elementwise: true,
  cost: 12,
  shape: floatUnary('exp'),
  vjp: (ct, _, __, y) => [mul(ct, y)],
}

export const expm1Op: Op<None> = {
  name: 'expm1',
  elementwise: true,
  cost: 16,
  shape: floatUnary('expm1'),
  vjp: (ct, [x]) => [mul(ct, exp(x!))],
}

export const logOp: Op<None> = {
  name: 'log',
  elementwise: true,
  cost: 14,
  shape: floatUnary('log'),
  vjp: (ct, [x]) => [div(ct, x!)],
}

export const log1pOp: Op<None> = {
  name: 'log1p',
  elementwise: true,
  cost: 16,
  shape: floatUnary('log1p'),
  vjp: (ct, [x]) => [div(ct, add(x!, 1))],
}

export const sqrtOp: Op<None> = {
  name: 'sqrt',
  elementwise: true,
  cost: 4,
  shape: floatUnary('sqrt'),
  // 1 / (2 sqrt x)
  vjp: (ct, _, __, y) => [div(mul(ct, 0.5), y)],
}

export const rsqrtOp: Op<None> = {
  name: 'rsqrt',
  elementwise: true,
  cost: 6,
  shape: floatUnary('rsqrt'),
  // -1/2 x^(-3/2) = -y / (2 x); the cube of y would overflow earlier
  vjp: (ct, [x], _, y) => [mul(ct, mul(div(y, x!), -0.5))],
}

/** `pow(x, 0)` is 1 for every x, so d/dx is 0 there; at x = 0 the derivative by the exponent is 0. */
export const powOp: Op<None> = {
  name: 'pow',
  elementwise: true,
  cost: 60,
  shape: floatBinary('pow'),
  vjp(ct, inputs, _, y) {
    const [x, exponent] = inputs as [Tensor, Tensor]
    // d/dx = e x^(e-1), whose limit at x = e = 0 would be 0 * inf
    const zero = logicalAnd(equal(x, 0), equal(exponent, 0))
    const slope = mul(exponent, pow(x, where(zero, 0, sub(exponent, 1))))
    // d/de = x^e log x, whose limit at x = 0 would be 0 * -inf
    return [mul(ct, slope), mul(ct, mul(y, log(where(equal(x, 0), 1, x))))]
  },
}

/** `e ** x`. */
export const exp = /* @__PURE__ */ operation('exp', (x: TensorLike): Tensor => apply(expOp, [asTensor('exp', x)], null))

/** `e ** x - 1`, accurate near 0. */
export const expm1 = /* @__PURE__ */ operation(
  'expm1',
  (x: TensorLike): Tensor => apply(expm1Op, [asTensor('expm1', x)], null),
)

/** The natural logarithm; -inf at 0, NaN below. */
export const log = /* @__PURE__ */ operation('log', (x: TensorLike): Tensor => apply(logOp, [asTensor('log', x)], null))

/** `log(1 + x)`, accurate near 0. */
export const log1p = /* @__PURE__ */ operation(
  'log1p',
  (x: TensorLike): Tensor => apply(log1pOp, [asTensor('log1p', x)], null),
)

/** The square root; NaN below 0. */
export const sqrt = /* @__PURE__ */ operation(
  'sqrt',
  (x: TensorLike): Tensor => apply(sqrtOp, [asTensor('sqrt', x)], null),
)

/** `1 / sqrt(x)`. */
export const rsqrt = /* @__PURE__ */ operation(
  'rsqrt',
  (x: TensorLike): Tensor => apply(rsqrtOp, [asTensor('rsqrt', x)], null),
)

/** `x * x`. */
export const square = /* @__PURE__ */ operation('square', (x: TensorLike): Tensor => {
  const value = asTensor('square', x)
  return mul(value, value)
})

/** `1 / x`. */
export const reciprocal = /* @__PURE__ */ operation(
  'reciprocal',
  (x: TensorLike): Tensor => div(1, asTensor('reciprocal', x)),
)

/**
 * `x ** exponent`, with NumPy's broadcasting; `pow(x, 0)` is 1, a negative x with a broken exponent gives NaN.
 *
 * @example
 * import { pow, tensor } from '@gradus/tensor'
 * pow(tensor([1, 2, 3]), 2).array() // => [1, 4, 9]
 */
export const pow = /* @__PURE__ */ operation('pow', (x: TensorLike, exponent: TensorLike): Tensor => {
  if (exponent === 2) return square(x)
  return apply(powOp, alignOperands('pow', [x, exponent]), null)
})

/** The logarithm to base 2. */
export const log2 = /* @__PURE__ */ operation('log2', (x: TensorLike): Tensor => div(log(x), Math.LN2))

/** The logarithm to base 10. */
export const log10 = /* @__PURE__ */ operation('log10', (x: TensorLike): Tensor => div(log(x), Math.LN10))

/** `2 ** x`. */
export const exp2 = /* @__PURE__ */ operation('exp2', (x: TensorLike): Tensor => pow(2, x))
