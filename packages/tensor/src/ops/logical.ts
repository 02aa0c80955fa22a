import { type DType, isFloat } from '../dtype.ts'
import { apply } from '../interpreter.ts'
import type { Aval, Op } from '../op.ts'
import { operation } from '../operation.ts'
import type { Tensor } from '../tensor.ts'
import { alignOperands, asTensor, full, type TensorLike } from './broadcast.ts'
import { type None, requireAlike, requireBool, requireFloat, requireInteger } from './rules.ts'

type Check = (name: string, x: Aval) => void

/* @__NO_SIDE_EFFECTS__ */
function unaryRule(name: string, check: Check, dtype?: DType): Op<None>['shape'] {
  return ([x]) => {
    check(name, x!)
    return { shape: x!.shape, dtype: dtype ?? x!.dtype }
  }
}

/* @__NO_SIDE_EFFECTS__ */
function binaryRule(name: string, check: Check): Op<None>['shape'] {
  return ([a, b]) => {
    requireAlike(name, a!, b!)
    check(name, a!)
    return { shape: a!.shape, dtype: a!.dtype }
  }
}

export const logicalAndOp: Op<None> = {
  name: 'logicalAnd',
  elementwise: true,
  shape: binaryRule('logicalAnd', requireBool),
}
export const logicalOrOp: Op<None> = {
  name: 'logicalOr',
  elementwise: true,
  shape: binaryRule('logicalOr', requireBool),
}
export const logicalXorOp: Op<None> = {
  name: 'logicalXor',
  elementwise: true,
  shape: binaryRule('logicalXor', requireBool),
}
export const logicalNotOp: Op<None> = {
  name: 'logicalNot',
  elementwise: true,
  shape: unaryRule('logicalNot', requireBool),
}

export const isNanOp: Op<None> = { name: 'isNan', elementwise: true, shape: unaryRule('isNan', requireFloat, 'bool') }
export const isFiniteOp: Op<None> = {
  name: 'isFinite',
  elementwise: true,
  shape: unaryRule('isFinite', requireFloat, 'bool'),
}

export const bitwiseAndOp: Op<None> = {
  name: 'bitwiseAnd',
  elementwise: true,
  shape: binaryRule('bitwiseAnd', requireInteger),
}
export const bitwiseOrOp: Op<None> = {
  name: 'bitwiseOr',
  elementwise: true,
  shape: binaryRule('bitwiseOr', requireInteger),
}
export const bitwiseXorOp: Op<None> = {
  name: 'bitwiseXor',
  elementwise: true,
  shape: binaryRule('bitwiseXor', requireInteger),
}
export const bitwiseNotOp: Op<None> = {
  name: 'bitwiseNot',
  elementwise: true,
  shape: unaryRule('bitwiseNot', requireInteger),
}

/** Shifts by 32 or more give 0. */
export const shiftLeftOp: Op<None> = {
  name: 'shiftLeft',
  elementwise: true,
  shape: binaryRule('shiftLeft', requireInteger),
}

/** Shifts of int32 keep the sign; shifts by 32 or more give 0, or -1 for negative numbers. */
export const shiftRightOp: Op<None> = {
  name: 'shiftRight',
  elementwise: true,
  shape: binaryRule('shiftRight', requireInteger),
}

function binary(op: Op<None>, a: TensorLike, b: TensorLike): Tensor {
  return apply(op, alignOperands(op.name, [a, b]), null)
}

/** Whether both hold. */
export const logicalAnd = /* @__PURE__ */ operation(
  'logicalAnd',
  (a: TensorLike, b: TensorLike): Tensor => binary(logicalAndOp, a, b),
)

/** Whether one of them holds, or both. */
export const logicalOr = /* @__PURE__ */ operation(
  'logicalOr',
  (a: TensorLike, b: TensorLike): Tensor => binary(logicalOrOp, a, b),
)

/** Whether exactly one of them holds. */
export const logicalXor = /* @__PURE__ */ operation(
  'logicalXor',
  (a: TensorLike, b: TensorLike): Tensor => binary(logicalXorOp, a, b),
)

/** Whether it does not hold. */
export const logicalNot = /* @__PURE__ */ operation(
  'logicalNot',
  (x: TensorLike): Tensor => apply(logicalNotOp, [asTensor('logicalNot', x)], null),
)

/** Whether each element is NaN; never so in integers and bools. */
export const isNan = /* @__PURE__ */ operation(
  'isNan',
  (x: Tensor): Tensor => (isFloat(x.dtype) ? apply(isNanOp, [x], null) : full(x.shape, false, 'bool', x)),
)

/** Whether each element is neither NaN nor infinite. */
export const isFinite = /* @__PURE__ */ operation(
  'isFinite',
  (x: Tensor): Tensor => (isFloat(x.dtype) ? apply(isFiniteOp, [x], null) : full(x.shape, true, 'bool', x)),
)

/** Whether each element is infinite, of either sign. */
export const isInf = /* @__PURE__ */ operation(
  'isInf',
  (x: Tensor): Tensor => logicalNot(logicalOr(isFinite(x), isNan(x))),
)

/** `a & b` of integers. */
export const bitwiseAnd = /* @__PURE__ */ operation(
  'bitwiseAnd',
  (a: TensorLike, b: TensorLike): Tensor => binary(bitwiseAndOp, a, b),
)

/** `a | b` of integers. */
export const bitwiseOr = /* @__PURE__ */ operation(
  'bitwiseOr',
  (a: TensorLike, b: TensorLike): Tensor => binary(bitwiseOrOp, a, b),
)

/** `a ^ b` of integers. */
export const bitwiseXor = /* @__PURE__ */ operation(
  'bitwiseXor',
  (a: TensorLike, b: TensorLike): Tensor => binary(bitwiseXorOp, a, b),
)

/** `~x` of integers. */
export const bitwiseNot = /* @__PURE__ */ operation('bitwiseNot', (x: Tensor): Tensor => apply(bitwiseNotOp, [x], null))

/** `a << bits` of integers; 32 bits or more give 0. */
export const shiftLeft = /* @__PURE__ */ operation(
  'shiftLeft',
  (a: TensorLike, bits: TensorLike): Tensor => binary(shiftLeftOp, a, bits),
)

/** `a >> bits` of integers; int32 keeps its sign, uint32 is filled with zeros. */
export const shiftRight = /* @__PURE__ */ operation(
  'shiftRight',
  (a: TensorLike, bits: TensorLike): Tensor => binary(shiftRightOp, a, bits),
)
