import { apply } from '../interpreter.ts'
import type { Op } from '../op.ts'
import { operation } from '../operation.ts'
import type { Tensor } from '../tensor.ts'
import { add, div, mul, neg, sub } from './arithmetic.ts'
import { alignOperands, asTensor, type TensorLike } from './broadcast.ts'
import { sqrt, square } from './exponential.ts'
import { floatBinary, floatUnary, type None } from './rules.ts'

export const sinOp: Op<None> = {
  name: 'sin',
  elementwise: true,
  cost: 20,
  shape: floatUnary('sin'),
  vjp: (ct, [x]) => [mul(ct, cos(x!))],
}

export const cosOp: Op<None> = {
  name: 'cos',
  elementwise: true,
  cost: 20,
  shape: floatUnary('cos'),
  vjp: (ct, [x]) => [neg(mul(ct, sin(x!)))],
}

export const tanOp: Op<None> = {
  name: 'tan',
  elementwise: true,
  cost: 60,
  shape: floatUnary('tan'),
  vjp: (ct, _, __, y) => [mul(ct, add(square(y), 1))],
}

export const asinOp: Op<None> = {
  name: 'asin',
  elementwise: true,
  cost: 60,
  shape: floatUnary('asin'),
  vjp: (ct, [x]) => [div(ct, sqrt(oneMinusSquare(x!)))],
}

export const acosOp: Op<None> = {
  name: 'acos',
  elementwise: true,
  cost: 60,
  shape: floatUnary('acos'),
  vjp: (ct, [x]) => [neg(div(ct, sqrt(oneMinusSquare(x!))))],
}

export const atanOp: Op<None> = {
  name: 'atan',
  elementwise: true,
  cost: 60,
  shape: floatUnary('atan'),
  vjp: (ct, [x]) => [div(ct, add(square(x!), 1))],
}

export const sinhOp: Op<None> = {
  name: 'sinh',
  elementwise: true,
  cost: 60,
  shape: floatUnary('sinh'),
  vjp: (ct, [x]) => [mul(ct, cosh(x!))],
}

export const coshOp: Op<None> = {
  name: 'cosh',
  elementwise: true,
  cost: 60,
  shape: floatUnary('cosh'),
  vjp: (ct, [x]) => [mul(ct, sinh(x!))],
}

export const tanhOp: Op<None> = {
  name: 'tanh',
  elementwise: true,
  cost: 16,
  shape: floatUnary('tanh'),
  vjp: (ct, _, __, y) => [mul(ct, sub(1, square(y)))],
}

export const asinhOp: Op<None> = {
  name: 'asinh',
  elementwise: true,
  cost: 60,
  shape: floatUnary('asinh'),
  vjp: (ct, [x]) => [div(ct, sqrt(add(square(x!), 1)))],
}

export const acoshOp: Op<None> = {
  name: 'acosh',
  elementwise: true,
  cost: 60,
  shape: floatUnary('acosh'),
  // x^2 - 1 as a product, which does not cancel near 1
  vjp: (ct, [x]) => [div(ct, sqrt(mul(sub(x!, 1), add(x!, 1))))],
}

export const atanhOp: Op<None> = {
  name: 'atanh',
  elementwise: true,
  cost: 60,
  shape: floatUnary('atanh'),
  vjp: (ct, [x]) => [div(ct, oneMinusSquare(x!))],
}

/** The angle of the point (x, y); the inputs are y and x, in this order. */
export const atan2Op: Op<None> = {
  name: 'atan2',
  elementwise: true,
  cost: 60,
  shape: floatBinary('atan2'),
  // d/dy = x / (x^2 + y^2), d/dx = -y / (x^2 + y^2)
  vjp(ct, inputs) {
    const [y, x] = inputs as [Tensor, Tensor]
    const share = div(ct, add(square(x), square(y)))
    return [mul(share, x), neg(mul(share, y))]
  },
}

/** 1 - x^2 as a product, which does not cancel near 1. */
function oneMinusSquare(x: Tensor): Tensor {
  return mul(sub(1, x), add(x, 1))
}

function unary(op: Op<None>, x: TensorLike): Tensor {
  return apply(op, [asTensor(op.name, x)], null)
}

/** The sine of x in radians. */
export const sin = /* @__PURE__ */ operation('sin', (x: TensorLike): Tensor => unary(sinOp, x))

/** The cosine of x in radians. */
export const cos = /* @__PURE__ */ operation('cos', (x: TensorLike): Tensor => unary(cosOp, x))

/** The tangent of x in radians. */
export const tan = /* @__PURE__ */ operation('tan', (x: TensorLike): Tensor => unary(tanOp, x))

/** The angle in radians, from -pi/2 to pi/2, whose sine is x. */
export const asin = /* @__PURE__ */ operation('asin', (x: TensorLike): Tensor => unary(asinOp, x))

/** The angle in radians, from 0 to pi, whose cosine is x. */
export const acos = /* @__PURE__ */ operation('acos', (x: TensorLike): Tensor => unary(acosOp, x))

/** The angle in radians, from -pi/2 to pi/2, whose tangent is x. */
export const atan = /* @__PURE__ */ operation('atan', (x: TensorLike): Tensor => unary(atanOp, x))

/** The hyperbolic sine. */
export const sinh = /* @__PURE__ */ operation('sinh', (x: TensorLike): Tensor => unary(sinhOp, x))

/** The hyperbolic cosine. */
export const cosh = /* @__PURE__ */ operation('cosh', (x: TensorLike): Tensor => unary(coshOp, x))

/** The hyperbolic tangent. */
export const tanh = /* @__PURE__ */ operation('tanh', (x: TensorLike): Tensor => unary(tanhOp, x))

/** The inverse of `sinh`. */
export const asinh = /* @__PURE__ */ operation('asinh', (x: TensorLike): Tensor => unary(asinhOp, x))

/** The inverse of `cosh`; NaN below 1. */
export const acosh = /* @__PURE__ */ operation('acosh', (x: TensorLike): Tensor => unary(acoshOp, x))

/** The inverse of `tanh`; NaN outside [-1, 1]. */
export const atanh = /* @__PURE__ */ operation('atanh', (x: TensorLike): Tensor => unary(atanhOp, x))

/** The angle in radians, from -pi to pi, of the point (x, y). */
export const atan2 = /* @__PURE__ */ operation(
  'atan2',
  (y: TensorLike, x: TensorLike): Tensor => apply(atan2Op, alignOperands('atan2', [y, x]), null),
)
