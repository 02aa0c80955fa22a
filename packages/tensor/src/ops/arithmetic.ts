import { type DType, isFloat } from '../dtype.ts'
import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import type { Op } from '../op.ts'
import { operation } from '../operation.ts'
import { broadcastShapes, formatShape, sameShape } from '../shape.ts'
import { Tensor } from '../tensor.ts'
import { alignOperands, asTensor, broadcastTo, type TensorLike } from './broadcast.ts'
import { comparison, type None, numericBinary, numericUnary, requireAlike, requireBool } from './rules.ts'

export const negOp: Op<None> = { name: 'neg', elementwise: true, shape: numericUnary('neg'), vjp: (ct) => [neg(ct)] }

export const addOp: Op<None> = { name: 'add', elementwise: true, shape: numericBinary('add'), vjp: (ct) => [ct, ct] }

export const subOp: Op<None> = {
  name: 'sub',
  elementwise: true,
  shape: numericBinary('sub'),
  vjp: (ct) => [ct, neg(ct)],
}

export const mulOp: Op<None> = {
  name: 'mul',
  elementwise: true,
  shape: numericBinary('mul'),
  vjp: (ct, [a, b]) => [mul(ct, b!), mul(ct, a!)],
}

/** Division; of integers it truncates towards zero, and division by zero gives 0. */
export const divOp: Op<None> = {
  name: 'div',
  elementwise: true,
  cost: 4,
  shape: numericBinary('div'),
  // d(a/b) = da/b - (a/b) db/b
  vjp: (ct, [, b], _, y) => [div(ct, b!), neg(div(mul(ct, y), b!))],
}

/** The larger operand, NaN if either is NaN; at a tie each operand gets half of the gradient. */
export const maximumOp: Op<None> = {
  name: 'maximum',
  elementwise: true,
  shape: numericBinary('maximum'),
  vjp: (ct, [a, b]) => splitBy(ct, greater(a!, b!), equal(a!, b!)),
}

/** The smaller operand, NaN if either is NaN; at a tie each operand gets half of the gradient. */
export const minimumOp: Op<None> = {
  name: 'minimum',
  elementwise: true,
  shape: numericBinary('minimum'),
  vjp: (ct, [a, b]) => splitBy(ct, less(a!, b!), equal(a!, b!)),
}

export const equalOp: Op<None> = { name: 'equal', elementwise: true, shape: comparison('equal') }
export const notEqualOp: Op<None> = { name: 'notEqual', elementwise: true, shape: comparison('notEqual') }
export const lessOp: Op<None> = { name: 'less', elementwise: true, shape: comparison('less') }
export const lessEqualOp: Op<None> = { name: 'lessEqual', elementwise: true, shape: comparison('lessEqual') }
export const greaterOp: Op<None> = { name: 'greater', elementwise: true, shape: comparison('greater') }
export const greaterEqualOp: Op<None> = { name: 'greaterEqual', elementwise: true, shape: comparison('greaterEqual') }

/** `[condition, a, b]`: a where the condition holds, else b. */
export const whereOp: Op<None> = {
  name: 'where',
  elementwise: true,
  shape([condition, a, b]) {
    requireBool('where', condition!)
    requireAlike('where', a!, b!)
    if (!sameShape(condition!.shape, a!.shape)) {
      throw new ShapeError(
        `where: the condition has shape ${formatShape(condition!.shape)} and the values ${formatShape(a!.shape)}.`,
      )
    }
    return { shape: a!.shape, dtype: a!.dtype }
  },
  vjp: (ct, [condition]) => [null, where(condition!, ct, 0), where(condition!, 0, ct)],
}

/** The nearest value in another dtype; float to integer truncates and saturates, NaN becomes 0, anything but 0 is true. */
export const castOp: Op<{ dtype: DType }> = {
  name: 'cast',
  elementwise: true,
  shape: ([x], { dtype }) => ({ shape: x!.shape, dtype }),
  // integers and booleans are steps: no gradient flows through them
  vjp: (ct, [x], { dtype }) => [isFloat(dtype) && isFloat(x!.dtype) ? apply(castOp, [ct], { dtype: x!.dtype }) : null],
  trivial: () => true,
}

function splitBy(ct: Tensor, first: Tensor, tie: Tensor): Tensor[] {
  const half = mul(ct, 0.5)
  return [where(tie, half, where(first, ct, 0)), where(tie, half, where(first, 0, ct))]
}

function binary(op: Op<None>, a: TensorLike, b: TensorLike): Tensor {
  return apply(op, alignOperands(op.name, [a, b]), null)
}

/** `-x`. */
export const neg = /* @__PURE__ */ operation('neg', (x: TensorLike): Tensor => apply(negOp, [asTensor('neg', x)], null))

/**
 * `a + b`, with NumPy's broadcasting.
 *
 * @example
 * import { add, tensor } from '@gradus/tensor'
 * add(tensor([[1, 2], [3, 4]]), tensor([10, 20])).array() // => [[11, 22], [13, 24]]
 */
export const add = /* @__PURE__ */ operation('add', (a: TensorLike, b: TensorLike): Tensor => binary(addOp, a, b))

/** `a - b`, with NumPy's broadcasting. */
export const sub = /* @__PURE__ */ operation('sub', (a: TensorLike, b: TensorLike): Tensor => binary(subOp, a, b))

/** `a * b`, element by element, with NumPy's broadcasting. */
export const mul = /* @__PURE__ */ operation('mul', (a: TensorLike, b: TensorLike): Tensor => binary(mulOp, a, b))

/** `a / b`, with NumPy's broadcasting; of integers it truncates towards zero. */
export const div = /* @__PURE__ */ operation('div', (a: TensorLike, b: TensorLike): Tensor => binary(divOp, a, b))

/** The larger of `a` and `b`; NaN if either is NaN. */
export const maximum = /* @__PURE__ */ operation(
  'maximum',
  (a: TensorLike, b: TensorLike): Tensor => binary(maximumOp, a, b),
)

/** The smaller of `a` and `b`; NaN if either is NaN. */
export const minimum = /* @__PURE__ */ operation(
  'minimum',
  (a: TensorLike, b: TensorLike): Tensor => binary(minimumOp, a, b),
)

/** `a == b` as bool. */
export const equal = /* @__PURE__ */ operation('equal', (a: TensorLike, b: TensorLike): Tensor => binary(equalOp, a, b))

/** `a != b` as bool. */
export const notEqual = /* @__PURE__ */ operation(
  'notEqual',
  (a: TensorLike, b: TensorLike): Tensor => binary(notEqualOp, a, b),
)

/** `a < b` as bool. */
export const less = /* @__PURE__ */ operation('less', (a: TensorLike, b: TensorLike): Tensor => binary(lessOp, a, b))

/** `a <= b` as bool. */
export const lessEqual = /* @__PURE__ */ operation(
  'lessEqual',
  (a: TensorLike, b: TensorLike): Tensor => binary(lessEqualOp, a, b),
)

/** `a > b` as bool. */
export const greater = /* @__PURE__ */ operation(
  'greater',
  (a: TensorLike, b: TensorLike): Tensor => binary(greaterOp, a, b),
)

/** `a >= b` as bool. */
export const greaterEqual = /* @__PURE__ */ operation(
  'greaterEqual',
  (a: TensorLike, b: TensorLike): Tensor => binary(greaterEqualOp, a, b),
)

/**
 * `a` where `condition` holds, `b` elsewhere; all three are broadcast.
 *
 * @example
 * import { greater, tensor, where } from '@gradus/tensor'
 * const x = tensor([-1, 2])
 * where(greater(x, 0), x, 0).array() // => [0, 2]
 */
export const where = /* @__PURE__ */ operation('where', (condition: Tensor, a: TensorLike, b: TensorLike): Tensor => {
  const like = a instanceof Tensor ? a : b instanceof Tensor ? b : undefined
  const values = [asTensor('where', a, like), asTensor('where', b, like)]
  const shape = broadcastShapes('where', condition.shape, ...values.map((value) => value.shape))
  return apply(
    whereOp,
    [condition, ...values].map((x) => broadcastTo(x, shape)),
    null,
  )
})

/** `x` in another dtype; float to integer truncates and saturates, NaN becomes 0, anything but 0 is true. */
export const cast = /* @__PURE__ */ operation(
  'cast',
  (x: Tensor, dtype: DType): Tensor => (x.dtype === dtype ? x : apply(castOp, [x], { dtype })),
)
