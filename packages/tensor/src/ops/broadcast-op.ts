import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import type { Op } from '../op.ts'
import { formatShape, reducedShape, type Shape, sameShape, sizeOf } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { type None, type ReduceParams, reducedInput, requireNumeric } from './rules.ts'

/** Repeats dimensions of size 1 up to `shape`, which has the same rank. */
export const expandOp: Op<{ shape: Shape }> = {
  name: 'expand',
  shape([x], { shape }) {
    if (shape.length !== x!.shape.length || !x!.shape.every((d, axis) => d === 1 || d === shape[axis])) {
      throw new ShapeError(
        `expand: ${formatShape(x!.shape)} cannot become ${formatShape(shape)}; only dimensions of size 1 can be repeated.`,
      )
    }
    return { shape, dtype: x!.dtype }
  },
  // the cotangents of all copies of an element are added
  vjp: (ct, [x]) => [sumTo(ct, x!.shape)],
  merge: (outer) => outer,
  trivial: () => true,
}

/** The same elements in the same order under another shape. */
export const reshapeOp: Op<{ shape: Shape }> = {
  name: 'reshape',
  view: true,
  shape([x], { shape }) {
    if (sizeOf(shape) !== sizeOf(x!.shape)) {
      throw new ShapeError(
        `reshape: ${formatShape(x!.shape)} has ${sizeOf(x!.shape)} elements and ${formatShape(shape)} has ${sizeOf(shape)}; the counts must agree.`,
      )
    }
    return { shape, dtype: x!.dtype }
  },
  vjp: (ct, [x]) => [apply(reshapeOp, [ct], { shape: x!.shape })],
}

/** The same value as another tensor, through which gradients flow. */
export const identityOp: Op<None> = {
  name: 'identity',
  view: true,
  shape: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  vjp: (ct) => [ct],
}

/** Sum over `axes`. */
export const sumOp: Op<ReduceParams> = {
  name: 'sum',
  shape: /* @__PURE__ */ reducedInput('sum', requireNumeric),
  vjp: (ct, [x], { axes }) => [expandOver(ct, x!.shape, axes)],
}

/** Inserts reduced `axes` if they are missing, and repeats the values along them. */
export function expandOver(x: Tensor, shape: Shape, axes: readonly number[]): Tensor {
  const kept = reducedShape(shape, axes, true)
  const aligned = sameShape(x.shape, kept) ? x : apply(reshapeOp, [x], { shape: kept })
  return sameShape(kept, shape) ? aligned : apply(expandOp, [aligned], { shape })
}

function sumTo(x: Tensor, shape: Shape): Tensor {
  const axes = x.shape.flatMap((d, axis) => (d === shape[axis] ? [] : [axis]))
  return axes.length === 0 ? x : apply(sumOp, [x], { axes, keepDims: true })
}
