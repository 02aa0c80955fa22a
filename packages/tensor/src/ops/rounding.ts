import { isFloat } from '../dtype.ts'
import { apply } from '../interpreter.ts'
import { operation, operationOf } from '../operation.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import { div, equal, less, mul, neg, sub, where } from './arithmetic.ts'
import { binary, type Unary, unary, unaryOp } from './elementwise.ts'
import { alignOperands, asTensor } from './operands.ts'
import { requireFloat, requireNumeric } from './rules.ts'

/** Rounds floats. Integers are whole already. */
/* @__NO_SIDE_EFFECTS__ */
function rounding(name: string): Unary {
  const op = unaryOp(name, requireFloat)
  return operationOf(op, (x: TensorLike) => {
    const value = asTensor(name, x)
    return value.dtype === 'int32' || value.dtype === 'uint32' ? value : apply(op, [value], null)
  })
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
  // a - b * floor(a / b)
  vjp: (ct, a, b) => [ct, neg(mul(ct, floor(div(a, b))))],
})

/** The remainder of the division truncated towards zero, with the sign of `a` (JavaScript's `%`); integers by zero give 0. */
export const remainder = /* @__PURE__ */ operation('remainder', (a: TensorLike, b: TensorLike): Tensor => {
  const [x, y] = alignOperands('remainder', [a, b]) as [Tensor, Tensor]
  if (!isFloat(x.dtype)) return where(equal(y, 0), 0, sub(x, mul(y, div(x, y))))
  const negative = less(x, 0)
  const rest = mod(where(negative, neg(x), x), where(less(y, 0), neg(y), y))
  return where(negative, neg(rest), rest)
})

/** The largest whole number not above `a / b`; integers by zero give 0. No gradient flows. */
export const floorDivide = /* @__PURE__ */ operation('floorDivide', (a: TensorLike, b: TensorLike): Tensor => {
  const [x, y] = alignOperands('floorDivide', [a, b]) as [Tensor, Tensor]
  // without its remainder, an integer is divided evenly
  return isFloat(x.dtype) ? floor(div(x, y)) : div(sub(x, mod(x, y)), y)
})
