import { isFloat } from '../dtype.ts'
import { apply } from '../interpreter.ts'
import { type OperationOf, operation, operationOf } from '../operation.ts'
import type { Tensor } from '../tensor.ts'
import { full } from './broadcast.ts'
import { binary, unary, unaryOp } from './elementwise.ts'
import { type None, requireBool, requireFloat, requireInteger } from './rules.ts'

/** `a && b` of bools, element by element. */
export const logicalAnd = /* @__PURE__ */ binary('logicalAnd', requireBool)

/** `a || b` of bools, element by element. */
export const logicalOr = /* @__PURE__ */ binary('logicalOr', requireBool)

/** Whether exactly one of two bools is true, element by element. */
export const logicalXor = /* @__PURE__ */ binary('logicalXor', requireBool)

/** `!x` of bools, element by element. */
export const logicalNot = /* @__PURE__ */ unary('logicalNot', requireBool)

/** A test of floats; integers and bools have the same result everywhere. */
/* @__NO_SIDE_EFFECTS__ */
function floatTest(name: string, otherwise: boolean): OperationOf<None, [x: Tensor], Tensor> {
  const op = unaryOp(name, requireFloat, { output: 'bool' })
  return operationOf(
    op,
    (x: Tensor) => (isFloat(x.dtype) ? apply(op, [x], null) : full(x.shape, otherwise, 'bool', x)),
    ['tensor'],
  )
}

/** Whether each element is NaN; false for integers and bools. */
export const isNan = /* @__PURE__ */ floatTest('isNan', false)

/** Whether each element is neither NaN nor infinite. */
export const isFinite = /* @__PURE__ */ floatTest('isFinite', true)

/** Whether each element is infinite, of either sign. */
export const isInf = /* @__PURE__ */ operation(
  'isInf',
  (x: Tensor): Tensor => logicalNot(logicalOr(isFinite(x), isNan(x))),
  ['tensor'],
)

/** `a & b` of integers. */
export const bitwiseAnd = /* @__PURE__ */ binary('bitwiseAnd', requireInteger)

/** `a | b` of integers. */
export const bitwiseOr = /* @__PURE__ */ binary('bitwiseOr', requireInteger)

/** `a ^ b` of integers. */
export const bitwiseXor = /* @__PURE__ */ binary('bitwiseXor', requireInteger)

/** `~x` of integers. */
export const bitwiseNot = /* @__PURE__ */ unary('bitwiseNot', requireInteger)

/** `a << b` of integers; 32 bits or more give 0. */
export const shiftLeft = /* @__PURE__ */ binary('shiftLeft', requireInteger)

/** `a >> b` of integers; int32 keeps its sign, uint32 is filled with zeros; 32 bits or more give 0, or -1 if negative. */
export const shiftRight = /* @__PURE__ */ binary('shiftRight', requireInteger)
