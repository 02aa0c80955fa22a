import { isFloat } from '../dtype.ts'
import { apply } from '../interpreter.ts'
import type { Op } from '../op.ts'
import { operation } from '../operation.ts'
import type { Tensor } from '../tensor.ts'
import { div, equal, less, mul, neg, sub, where } from './arithmetic.ts'
import { alignOperands, asTensor, type TensorLike } from './broadcast.ts'
import { floatUnary, type None, numericBinary, numericUnary } from './rules.ts'

export const floorOp: Op<None> = { name: 'floor', elementwise: true, shape: floatUnary('floor') }
export const ceilOp: Op<None> = { name: 'ceil', elementwise: true, shape: floatUnary('ceil') }
export const truncOp: Op<None> = { name: 'trunc', elementwise: true, shape: floatUnary('trunc') }
export const roundOp: Op<None> = { name: 'round', elementwise: true, shape: floatUnary('round') }
export const signOp: Op<None> = { name: 'sign', elementwise: true, shape: numericUnary('sign') }

/** The derivative at 0 is 0. */
export const absOp: Op<None> = {
  name: 'abs',
  elementwise: true,
  shape: numericUnary('abs'),
  vjp: (ct, [x]) => [mul(ct, sign(x!))],
}

/** `a - b * floor(a / b)`: it has the sign of the divisor. */
export const modOp: Op<None> = {
  name: 'mod',
  elementwise: true,
  cost: 8,
  shape: numericBinary('mod'),
  vjp: (ct, [a, b]) => [ct, neg(mul(ct, floor(div(a!, b!))))],
}

/** Integers are whole already. */
function rounding(op: Op<None>, x: TensorLike): Tensor {
  const value = asTensor(op.name, x)
  return value.dtype === 'int32' || value.dtype === 'uint32' ? value : apply(op, [value], null)
}

/** The largest whole number not above x. No gradient flows. */
export const floor = /* @__PURE__ */ operation('floor', (x: TensorLike): Tensor => rounding(floorOp, x))

/** The smallest whole number not below x. No gradient flows. */
export const ceil = /* @__PURE__ */ operation('ceil', (x: TensorLike): Tensor => rounding(ceilOp, x))

/** x without its decimals. No gradient flows. */
export const trunc = /* @__PURE__ */ operation('trunc', (x: TensorLike): Tensor => rounding(truncOp, x))

/**
 * The nearest whole number, the even one at a tie. No gradient flows.
 *
 * @example
 * import { round, tensor } from '@gradus/tensor'
 * round(tensor([0.5, 1.5, 2.4])).array() // => [0, 2, 2]
 */
export const round = /* @__PURE__ */ operation('round', (x: TensorLike): Tensor => rounding(roundOp, x))

/** -1, 0 or 1; NaN for NaN. No gradient flows. */
export const sign = /* @__PURE__ */ operation(
  'sign',
  (x: TensorLike): Tensor => apply(signOp, [asTensor('sign', x)], null),
)

/** The value without its sign; the gradient at 0 is 0. */
export const abs = /* @__PURE__ */ operation('abs', (x: TensorLike): Tensor => apply(absOp, [asTensor('abs', x)], null))

/** The rest of `floorDivide(a, b)`, with the sign of `b` (Python's `%`); integers by zero give 0. */
export const mod = /* @__PURE__ */ operation(
  'mod',
  (a: TensorLike, b: TensorLike): Tensor => apply(modOp, alignOperands('mod', [a, b]), null),
)

/** The rest of the division truncated towards zero, with the sign of `a` (JavaScript's `%`); integers by zero give 0. */
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
  // without its rest, an integer is divided evenly
  return isFloat(x.dtype) ? floor(div(x, y)) : div(sub(x, mod(x, y)), y)
})
