import type { Tensor } from '../tensor.ts'
import { add, cast, div, equal, less, lessEqual, maximum, minimum, mul, neg, sub, where } from './arithmetic.ts'
import { full } from './broadcast.ts'
import { unary } from './elementwise.ts'
import { exp, log, sqrt, square } from './exponential.ts'
import { abs, floor } from './rounding.ts'
import { requireFloat } from './rules.ts'
import { wide } from './wide.ts'

/** The error function: 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x. */
export const erf = /* @__PURE__ */ unary('erf', requireFloat, {
  cost: 20,
  vjp: (ct, x) => mul(ct, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI))),
})

/**
 * `1 - erf(x)`, with a small relative error also where it is close to 0.
 *
 * @example
 * import { erfc, tensor } from '@gradus/tensor'
 * erfc(tensor([0, 5])).array().map((x) => x.toExponential(3)) // => ['1.000e+0', '1.537e-12']
 */
export const erfc = /* @__PURE__ */ unary('erfc', requireFloat, {
  cost: 40,
  inline(x) {
    const values = wide(x)
    if (values.dtype === 'float64') return where(less(values, 0.5), sub(1, erf(values)), tail64(maximum(values, 0.5)))
    const tail = tail32(abs(values))
    return cast(where(less(values, 0), sub(2, tail), tail), x.dtype)
  },
  vjp(ct, x) {
    return mul(ct, cast(mul(gaussian(abs(wide(x))), -2 / Math.sqrt(Math.PI)), x.dtype))
  },
})

/** erfc(x) for x >= 0: exp(-x^2) t p(4 t - 1) with t = 1 / (x + 2), because exp(x^2) erfc(x) / t is nearly a straight line. */
function tail32(x: Tensor): Tensor {
  const t = div(1, add(x, 2))
  const p = polynomial(coefficients32, sub(mul(t, 4), 1))
  return where(equal(x, Number.POSITIVE_INFINITY), 0, mul(gaussian(x), mul(t, p)))
}

/** erfc(x) for x >= 0.5, as `tail32` with the polynomial p(5 t - 1). */
function tail64(x: Tensor): Tensor {
  const t = div(1, add(x, 2))
  const p = polynomial(coefficients64, sub(mul(t, 5), 1))
  return where(equal(x, Number.POSITIVE_INFINITY), 0, mul(gaussian(x), mul(t, p)))
}

/**
 * exp(-x^2) for x >= 0. The rounding of x^2 would be a large relative error, so x is split into h, a multiple of a power of 2 with an
 * exact square, and the rest: x^2 = h^2 + (x - h) (x + h). From 30 on the result is 0.
 */
function gaussian(x: Tensor): Tensor {
  const steps = x.dtype === 'float64' ? 16 : 256
  const size = minimum(x, 30)
  const h = mul(floor(mul(size, steps)), 1 / steps)
  const rest = mul(sub(size, h), add(size, h))
  // in float32 the rest is below 0.08 where the result is not 0, so that a few terms of the series do
  const factor = x.dtype === 'float64' ? exp(neg(rest)) : polynomial([1 / 24, -1 / 6, 0.5, -1, 1], rest)
  return mul(exp(neg(square(h))), factor)
}

// Chebyshev interpolants of exp(x^2) erfc(x) (x + 2), coefficients from the highest power down. In u = 4 / (x + 2) - 1 for x >= 0:
// relative error 3e-8. In u = 5 / (x + 2) - 1 for x >= 0.5, computed with 150 digits: relative error 4e-16.
const coefficients32 = [
  8.857682934127537e-5, -7.352872330361009e-5, -0.0006094381728354606, 0.0008620800433475132, 0.003067694088688093,
  -0.0064874661356442995, -0.021506621765491087, 0.03644349822918399, 0.27947189159310953, 0.6871606250987046,
  1.021582705242022,
]
const coefficients64 = [
  -5.57600952271946e-10, 1.3468359664147843e-9, 3.3844800496290458e-9, -1.3587243389421986e-8, -5.909598278970984e-10,
  6.580076576542637e-8, -9.136779309184384e-8, -1.6811659946336418e-7, 6.895019088710068e-7, -1.6228314130318026e-7,
  -3.401369235328979e-6, 5.242648378481397e-6, 1.3753090150995815e-5, -4.59743421459542e-5, -5.364636934074009e-5,
  0.00035635721199247985, 0.00032789201530411874, -0.003016900646102336, -0.005522382161057884, 0.02591894616216746,
  0.16193915053222951, 0.4643007442723715, 0.8950057559069498,
]

/** The inverse of `erf`: infinite at -1 and 1, NaN outside. */
export const erfInv = /* @__PURE__ */ unary('erfInv', requireFloat, {
  inline: (x) => cast(inverse(wide(x)), x.dtype),
  // 1 / erf'(y)
  vjp: (ct, _, y) => cast(mul(wide(ct), mul(exp(square(wide(y))), Math.sqrt(Math.PI) / 2)), y.dtype),
})

// Rational approximations of the normal quantile (M. Wichura, algorithm AS 241, PPND16), good to 16 digits:
// coefficients of numerator and denominator from the highest power down.
const center = [
  [
    2.5090809287301226727e3, 3.34305755835881281058e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
    1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.387132872796366608,
  ],
  [
    5.226495278852854561e3, 2.8729085735721942674e4, 3.930789580009271061e4, 2.1213794301586595867e4,
    5.3941960214247511077e3, 6.871870074920579083e2, 4.2313330701600911252e1, 1,
  ],
] as const
const tail = [
  [
    7.7454501427834140764e-4, 2.27238449892691845833e-2, 2.4178072517745061177e-1, 1.27045825245236838258,
    3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
  ],
  [
    1.05075007164441684324e-9, 5.475938084995344946e-4, 1.51986665636164571966e-2, 1.4810397642748007459e-1,
    6.8976733498510000455e-1, 1.6763848301838038494, 2.05319162663775882187, 1,
  ],
] as const
const farTail = [
  [
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.2426609473880784386e-3, 2.6532189526576123093e-2,
    2.9656057182850489123e-1, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772,
  ],
  [
    2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
    1.4875361290850615025e-2, 1.3692988092273580531e-1, 5.9983220655588793769e-1, 1,
  ],
] as const

/** erfInv(x) = quantile((1 + x) / 2) / sqrt 2. The tails of the quantile are functions of sqrt(-log((1 - |x|) / 2)). */
function inverse(x: Tensor): Tensor {
  const size = abs(x)
  const q = mul(x, 0.5)
  const middle = mul(q, ratio(center, sub(0.180625, square(q))))
  const depth = sqrt(neg(log(mul(sub(1, size), 0.5))))
  const outer = where(lessEqual(depth, 5), ratio(tail, sub(depth, 1.6)), ratio(farTail, sub(depth, 5)))
  const signed = where(less(x, 0), neg(outer), outer)
  const quantile = where(lessEqual(size, 0.85), middle, where(equal(size, 1), mul(x, Number.POSITIVE_INFINITY), signed))
  return mul(quantile, Math.SQRT1_2)
}

function ratio([top, bottom]: readonly [readonly number[], readonly number[]], x: Tensor): Tensor {
  return div(polynomial(top, x), polynomial(bottom, x))
}

/** Horner's scheme. */
function polynomial(coefficients: readonly number[], x: Tensor): Tensor {
  let sum = full(x.shape, coefficients[0]!, x.dtype, x)
  for (const coefficient of coefficients.slice(1)) sum = add(mul(sum, x), coefficient)
  return sum
}
