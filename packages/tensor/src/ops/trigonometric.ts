import type { Tensor } from '../tensor.ts'
import { add, cast, div, mul, neg, sub } from './arithmetic.ts'
import { binary, unary } from './elementwise.ts'
import { sqrt, square } from './exponential.ts'
import { requireFloat } from './rules.ts'
import { wide } from './wide.ts'

/** The sine of x in radians. */
export const sin = /* @__PURE__ */ unary('sin', requireFloat, { cost: 20, vjp: (ct, x) => mul(ct, cos(x)) })

/** The cosine of x in radians. */
export const cos = /* @__PURE__ */ unary('cos', requireFloat, { cost: 20, vjp: (ct, x) => neg(mul(ct, sin(x))) })

/** The tangent of x in radians. */
export const tan = /* @__PURE__ */ unary('tan', requireFloat, {
  cost: 60,
  vjp: (ct, _, y) => mul(ct, add(square(y), 1)),
})

/** The arcsine: an angle in radians from -pi/2 to pi/2; NaN outside [-1, 1]. */
export const asin = /* @__PURE__ */ unary('asin', requireFloat, {
  cost: 60,
  vjp: (ct, x) => cast(div(wide(ct), sqrt(oneMinusSquare(wide(x)))), x.dtype),
})

/** The arccosine: an angle in radians from 0 to pi; NaN outside [-1, 1]. */
export const acos = /* @__PURE__ */ unary('acos', requireFloat, {
  cost: 60,
  vjp: (ct, x) => cast(neg(div(wide(ct), sqrt(oneMinusSquare(wide(x))))), x.dtype),
})

/** The arctangent: an angle in radians from -pi/2 to pi/2. */
export const atan = /* @__PURE__ */ unary('atan', requireFloat, {
  cost: 60,
  vjp: (ct, x) => cast(div(wide(ct), add(square(wide(x)), 1)), x.dtype),
})

/** The hyperbolic sine. */
export const sinh = /* @__PURE__ */ unary('sinh', requireFloat, { cost: 60, vjp: (ct, x) => mul(ct, cosh(x)) })

/** The hyperbolic cosine. */
export const cosh = /* @__PURE__ */ unary('cosh', requireFloat, { cost: 60, vjp: (ct, x) => mul(ct, sinh(x)) })

/** The hyperbolic tangent. */
export const tanh = /* @__PURE__ */ unary('tanh', requireFloat, {
  cost: 16,
  vjp: (ct, _, y) => mul(ct, sub(1, square(y))),
})

/** The inverse of `sinh`. */
export const asinh = /* @__PURE__ */ unary('asinh', requireFloat, {
  cost: 60,
  vjp: (ct, x) => cast(div(wide(ct), sqrt(add(square(wide(x)), 1))), x.dtype),
})

/** The inverse of `cosh`; NaN below 1. */
export const acosh = /* @__PURE__ */ unary('acosh', requireFloat, {
  cost: 60,
  vjp: (ct, x) => cast(div(wide(ct), sqrt(neg(oneMinusSquare(wide(x))))), x.dtype),
})

/** The inverse of `tanh`; NaN outside [-1, 1]. */
export const atanh = /* @__PURE__ */ unary('atanh', requireFloat, {
  cost: 60,
  vjp: (ct, x) => cast(div(wide(ct), oneMinusSquare(wide(x))), x.dtype),
})

/** `atan2(y, x)`: the angle in radians, from -pi to pi, of the point (x, y). */
export const atan2 = /* @__PURE__ */ binary('atan2', requireFloat, {
  cost: 60,
  // d/dy = x / (x^2 + y^2), d/dx = -y / (x^2 + y^2)
  vjp(ct, y, x) {
    const [a, b] = [wide(y), wide(x)]
    const share = div(wide(ct), add(square(b), square(a)))
    return [cast(mul(share, b), x.dtype), cast(neg(mul(share, a)), x.dtype)]
  },
})

/** 1 - x^2 as a product, which does not cancel near 1. */
function oneMinusSquare(x: Tensor): Tensor {
  return mul(sub(1, x), add(x, 1))
}
