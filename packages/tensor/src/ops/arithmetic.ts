import { type DType, requireDType } from '../dtype.ts'
import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import type { Op } from '../op.ts'
import { operationOf } from '../operation.ts'
import { broadcastShapes, formatShape, sameShape } from '../shape.ts'
import { Tensor, type TensorLike } from '../tensor.ts'
import { broadcastTo } from './broadcast.ts'
import { castOp } from './cast-op.ts'
import { binary, binaryOp, comparison, unary } from './elementwise.ts'
import { alignOperands, asTensor } from './operands.ts'
import { type None, requireAlike, requireBool, requireNumeric } from './rules.ts'

/** `-x`. */
export const neg = /* @__PURE__ */ unary('neg', requireNumeric, { vjp: (ct) => neg(ct) })

/**
 * `a + b`, with NumPy's broadcasting.
 *
 * @example
 * import { add, tensor } from '@gradus/tensor'
 * add(tensor([[1, 2], [3, 4]]), tensor([10, 20])).array() // => [[11, 22], [13, 24]]
 */
export const add = /* @__PURE__ */ binary('add', requireNumeric, { vjp: (ct) => [ct, ct] })

/** `a - b`, with NumPy's broadcasting. */
export const sub = /* @__PURE__ */ binary('sub', requireNumeric, { vjp: (ct) => [ct, neg(ct)] })

/** `a * b`, element by element, with NumPy's broadcasting. */
export const mul = /* @__PURE__ */ binary('mul', requireNumeric, { vjp: (ct, a, b) => [mul(ct, b), mul(ct, a)] })

/** As a primitive, of integers it truncates towards zero, and gives 0 for a division by zero. */
const divOp = /* @__PURE__ */ binaryOp('div', requireNumeric, {
  cost: 4,
  // d(a/b) = da/b - (a/b) db/b
  vjp: (ct, _, b, y) => [div(ct, b), neg(div(mul(ct, y), b))],
})

/**
 * `a / b`, with NumPy's broadcasting. It is true division, as in NumPy, Keras and PyTorch: integers are divided as `float32`
 * (which has 24 bits: cast larger ones to `float64` first). `floorDivide` gives whole numbers.
 *
 * @example
 * import { div, tensor } from '@gradus/tensor'
 * div(tensor([51, 255], { dtype: 'int32' }), 255).array() // => [0.2, 1]
 */
export const div = /* @__PURE__ */ operationOf(
  divOp,
  (a: TensorLike, b: TensorLike): Tensor => {
    const like = a instanceof Tensor ? a : b
    const isWhole = like instanceof Tensor && (like.dtype === 'int32' || like.dtype === 'uint32')
    const areWhole = isWhole && [a, b].every((x) => !(x instanceof Tensor) || x.dtype === like.dtype)
    const operands = areWhole ? [a, b].map((x) => (x instanceof Tensor ? cast(x, 'float32') : x)) : [a, b]
    return apply(divOp, alignOperands('div', operands), null)
  },
  ['any', 'any'],
)

/** The larger of `a` and `b`, NaN if either is NaN; at a tie each gets half of the gradient. */
export const maximum = /* @__PURE__ */ binary('maximum', requireNumeric, {
  vjp: (ct, a, b) => splitBy(ct, greater(a, b), equal(a, b)),
})

/** The smaller of `a` and `b`, NaN if either is NaN; at a tie each gets half of the gradient. */
export const minimum = /* @__PURE__ */ binary('minimum', requireNumeric, {
  vjp: (ct, a, b) => splitBy(ct, less(a, b), equal(a, b)),
})

function splitBy(ct: Tensor, first: Tensor, tie: Tensor): [Tensor, Tensor] {
  const half = mul(ct, 0.5)
  return [where(tie, half, where(first, ct, 0)), where(tie, half, where(first, 0, ct))]
}

/** `a == b` as bool. */
export const equal = /* @__PURE__ */ comparison('equal')

/** `a != b` as bool. */
export const notEqual = /* @__PURE__ */ comparison('notEqual')

/** `a < b` as bool. */
export const less = /* @__PURE__ */ comparison('less')

/** `a <= b` as bool. */
export const lessEqual = /* @__PURE__ */ comparison('lessEqual')

/** `a > b` as bool. */
export const greater = /* @__PURE__ */ comparison('greater')

/** `a >= b` as bool. */
export const greaterEqual = /* @__PURE__ */ comparison('greaterEqual')

/** `[condition, a, b]`: a where the condition holds, else b. */
const whereOp: Op<None> = {
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

/**
 * `a` where `condition` holds, `b` elsewhere; all three are broadcast.
 *
 * Both branches are computed for all elements. The value of the branch that is not taken has no effect, but its derivative is
 * multiplied by the gradient 0, and 0 * Infinity is NaN. Where a branch has an infinite derivative or none, replace its input too.
 *
 * @example
 * import { greater, tensor, where } from '@gradus/tensor'
 * const x = tensor([-1, 2])
 * where(greater(x, 0), x, 0).array() // => [0, 2]
 *
 * @example
 * import { grad } from '@gradus/autograd'
 * import { greater, sqrt, sum, tensor, where } from '@gradus/tensor'
 * const x = tensor([0, 4])
 * // the root of 0 has an infinite derivative
 * const unsafe = (x) => sum(where(greater(x, 0), sqrt(x), 0))
 * grad(unsafe)(x).array() // => [NaN, 0.25]
 * // the inner `where` gives the root a safe input
 * const safe = (x) => sum(where(greater(x, 0), sqrt(where(greater(x, 0), x, 1)), 0))
 * grad(safe)(x).array() // => [0, 0.25]
 */
export const where = /* @__PURE__ */ operationOf(
  whereOp,
  (condition: Tensor, a: TensorLike, b: TensorLike): Tensor => {
    const like = a instanceof Tensor ? a : b instanceof Tensor ? b : undefined
    const values = [asTensor('where', a, like), asTensor('where', b, like)]
    const shape = broadcastShapes('where', condition.shape, ...values.map((value) => value.shape))
    return apply(
      whereOp,
      [condition, ...values].map((x) => broadcastTo(x, shape)),
      null,
    )
  },
  ['tensor', 'any', 'any'],
)

/** `x` in another dtype; float to integer truncates and saturates, NaN becomes 0, anything but 0 is true. */
export const cast = /* @__PURE__ */ operationOf(
  castOp,
  (x: Tensor, dtype: DType): Tensor => {
    requireDType('cast', dtype)
    return x.dtype === dtype ? x : apply(castOp, [x], { dtype })
  },
  ['tensor', 'any'],
)
