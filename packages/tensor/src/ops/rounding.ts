import { isFloat } from '../dtype.ts'
import { apply } from '../interpreter.ts'
import { operation, operationOf } from '../operation.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import { add, div, equal, greater, less, mul, neg, notEqual, sub, where } from './arithmetic.ts'
import { binary, type Unary, unary, unaryOp } from './elementwise.ts'
import { logicalAnd } from './logical.ts'
import { alignOperands, asTensor } from './operands.ts'
import { requireFloat, requireNumeric } from './rules.ts'

/** Rounds floats. Integers are whole already. */
/* @__NO_SIDE_EFFECTS__ */
function rounding(name: string): Unary {
  const op = unaryOp(name, requireFloat)
  return operationOf(
    op,
    (x: TensorLike) => {
      const value = asTensor(name, x)
      return value.dtype === 'int32' || value.dtype === 'uint32' ? value : apply(op, [value], null)
    },
    ['any'],
  )
}

/** The largest whole number not above x. No gradient flows. */
export const floor = /* @__PURE__ */ rounding('floor')

/** The smallest whole number not below x. No gradient flows. */
export const ceil = /* @__PURE__ */ rounding('ceil')

/** x without its decimals. No gradient flows. */
export const trunc = /* @__PURE__ */ rounding('trunc')

/**
 * The nearest whole number, the even one at a tie. No gradient flows.
 *
 * @example
 * import { round, tensor } from '@gradus/tensor'
 * round(tensor([0.5, 1.5, 2.4])).array() // => [0, 2, 2]
 */
export const round = /* @__PURE__ */ rounding('round')

/** -1, 0 or 1; NaN for NaN. No gradient flows. */
export const sign = /* @__PURE__ */ unary('sign', requireNumeric)

/** The value without its sign; the gradient at 0 is 0. */
export const abs = /* @__PURE__ */ unary('abs', requireNumeric, { vjp: (ct, x) => mul(ct, sign(x)) })

/** The remainder of `floorDivide(a, b)`, with the sign of `b` (Python's `%`); integers by zero give 0. */
export const mod = /* @__PURE__ */ binary('mod', requireNumeric, {
  cost: 8,
  // a - b * floorDivide(a, b)
  vjp: (ct, a, b) => [ct, neg(mul(ct, floorDivide(a, b)))],
})

/** The remainder of the division truncated towards zero, with the sign of `a` (JavaScript's `%`); integers by zero give 0. */
export const remainder = /* @__PURE__ */ operation(
  'remainder',
  (a: TensorLike, b: TensorLike): Tensor => {
    const [x, y] = alignOperands('remainder', [a, b]) as [Tensor, Tensor]
    if (!isFloat(x.dtype)) return where(equal(y, 0), 0, sub(x, mul(y, apply(div.op, [x, y], null))))
    const negative = less(x, 0)
    const rest = mod(where(negative, neg(x), x), where(less(y, 0), neg(y), y))
    return where(negative, neg(rest), rest)
  },
  ['any', 'any'],
)

/**
 * The largest whole number not above the exact quotient of `a` and `b`, so that `a` is `floorDivide(a, b) * b + mod(a, b)`. A float
 * divided by zero gives what `div` gives, an integer 0; an infinite `a` gives NaN. No gradient flows. Source: NumPy `floor_divide`.
 *
 * @example
 * import { floorDivide, mod } from '@gradus/tensor'
 * floorDivide(1, 0.1).item() // => 9
 * mod(1, 0.1).item() // => 0.1
 */
export const floorDivide = /* @__PURE__ */ operation(
  'floorDivide',
  (a: TensorLike, b: TensorLike): Tensor => {
    const [x, y] = alignOperands('floorDivide', [a, b]) as [Tensor, Tensor]
    return isFloat(x.dtype) ? floorDivideFloats(x, y) : floorDivideIntegers(x, y)
  },
  ['any', 'any'],
)

function floorDivideIntegers(a: Tensor, b: Tensor): Tensor {
  const towardsZero = apply(div.op, [a, b], null)
  const rest = sub(a, mul(towardsZero, b))
  return where(equal(b, 0), 0, where(hasOtherSign(rest, b), sub(towardsZero, 1), towardsZero))
}

/** Whether a remainder is not 0 and has another sign than the divisor. */
function hasOtherSign(rest: Tensor, divisor: Tensor): Tensor {
  return logicalAnd(notEqual(rest, 0), notEqual(less(rest, 0), less(divisor, 0)))
}

/** The quotient rounded down. It is found from the remainder, which is exact; `floor(a / b)` is 10 for 1 and 0.1. */
function floorDivideFloats(a: Tensor, b: Tensor): Tensor {
  // |b| cannot change the size of the remainder of |a|, and both have the sign of a again
  const size = mod(abs(a), abs(b))
  const rest = where(less(a, 0), neg(size), size)
  const even = div(sub(a, rest), b)
  const quotient = where(hasOtherSign(rest, b), sub(even, 1), even)
  // whole up to the rounding of the division
  const whole = floor(quotient)
  const nearest = where(greater(sub(quotient, whole), 0.5), add(whole, 1), whole)
  return where(equal(b, 0), div(a, b), nearest)
}
