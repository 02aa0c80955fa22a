import { backendOf, onBackend } from '../backend.ts'
import { type DType, isFloat } from '../dtype.ts'
import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import type { Op } from '../op.ts'
import { operation } from '../operation.ts'
import { broadcastShapes, formatShape, normalizeAxes, reducedShape, type Shape, sameShape, sizeOf } from '../shape.ts'
import { Tensor } from '../tensor.ts'
import { type None, requireNumeric } from './rules.ts'

/** What elementwise functions take: a number takes the dtype of the tensor it meets. */
export type TensorLike = Tensor | number | boolean

/** Every element `value`. */
export const fillOp: Op<{ shape: Shape; dtype: DType; value: number }> = {
  name: 'fill',
  shape: (_, { shape, dtype }) => ({ shape, dtype }),
}

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
  // each copy of an element adds its share
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

/** The same value as a tensor of its own, through which gradients flow. */
export const identityOp: Op<None> = {
  name: 'identity',
  view: true,
  shape: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  vjp: (ct) => [ct],
}

/** Sum over `axes` (sorted, non-negative). */
export const sumOp: Op<{ axes: readonly number[]; keepDims: boolean }> = {
  name: 'sum',
  shape([x], { axes, keepDims }) {
    requireNumeric('sum', x!)
    return { shape: reducedShape(x!.shape, axes, keepDims), dtype: x!.dtype }
  },
  vjp: (ct, [x], { axes }) => [expandOver(ct, x!.shape, axes)],
}

/** Puts reduced `axes` back, as size 1 if they are missing, and repeats the values along them. */
export function expandOver(x: Tensor, shape: Shape, axes: readonly number[]): Tensor {
  const kept = reducedShape(shape, axes, true)
  const aligned = sameShape(x.shape, kept) ? x : apply(reshapeOp, [x], { shape: kept })
  return sameShape(kept, shape) ? aligned : apply(expandOp, [aligned], { shape })
}

function sumTo(x: Tensor, shape: Shape): Tensor {
  const axes = x.shape.flatMap((d, axis) => (d === shape[axis] ? [] : [axis]))
  return axes.length === 0 ? x : apply(sumOp, [x], { axes, keepDims: true })
}

/** A tensor of `shape` with every element `value`; on the backend of `like` if that is given. */
export function full(shape: Shape, value: number | boolean, dtype: DType = 'float32', like?: Tensor): Tensor {
  const make = () => apply(fillOp, [], { shape, dtype, value: Number(value) })
  return like?.concrete ? onBackend(backendOf(like), make) : make()
}

/** `x` as a tensor; a number or boolean takes the dtype of `like`. */
export function asTensor(name: string, x: TensorLike, like?: Tensor): Tensor {
  if (x instanceof Tensor) return x
  if (typeof x !== 'number' && typeof x !== 'boolean') {
    throw new TypeError(
      `${name} takes tensors and numbers and got ${x === null ? 'null' : typeof x}. Make one with tensor(...).`,
    )
  }
  const dtype = like?.dtype ?? (typeof x === 'boolean' ? 'bool' : 'float32')
  if (!isFloat(dtype) && !Number.isInteger(Number(x))) {
    throw new ShapeError(
      `${name}: the number ${x} meets a tensor of dtype ${dtype} and would be cut. Use cast(x, 'float32').`,
    )
  }
  return full([], x, dtype, like)
}

/** Repeats `x` along new leading and size-1 dimensions up to `shape`, by NumPy's rule. */
export const broadcastTo = /* @__PURE__ */ operation('broadcastTo', (x: Tensor, shape: Shape): Tensor => {
  if (sameShape(x.shape, shape)) return x
  if (!sameShape(broadcastShapes('broadcastTo', x.shape, shape), shape)) {
    throw new ShapeError(`broadcastTo: ${formatShape(x.shape)} cannot become ${formatShape(shape)}.`)
  }
  const padded = [...new Array<number>(shape.length - x.rank).fill(1), ...x.shape]
  const aligned = x.rank === shape.length ? x : apply(reshapeOp, [x], { shape: padded })
  return sameShape(padded, shape) ? aligned : apply(expandOp, [aligned], { shape })
})

/** The operands as tensors of one shape; numbers take the dtype of the first tensor among them. */
export function alignOperands(name: string, operands: readonly TensorLike[]): Tensor[] {
  const like = operands.find((x) => x instanceof Tensor)
  const shape = broadcastShapes(name, ...operands.map((x) => (x instanceof Tensor ? x.shape : [])))
  return operands.map((x) => (x instanceof Tensor ? broadcastTo(x, shape) : literal(name, x, shape, like)))
}

function literal(name: string, x: number | boolean, shape: Shape, like: Tensor | undefined): Tensor {
  if (!like) return asTensor(name, x)
  if (!isFloat(like.dtype) && !Number.isInteger(Number(x))) return asTensor(name, x, like) // throws
  return full(shape, x, like.dtype, like)
}

/** The same values under another shape; one dimension may be -1, which stands for what is left. */
export const reshape = /* @__PURE__ */ operation('reshape', (x: Tensor, shape: Shape): Tensor => {
  const unknown = shape.filter((d) => d === -1).length
  if (unknown > 1 || shape.some((d) => d < -1 || !Number.isInteger(d))) {
    throw new ShapeError(`reshape: ${formatShape(shape)} is not a shape; use whole numbers from 0 and at most one -1.`)
  }
  const known = sizeOf(shape.filter((d) => d !== -1))
  const resolved = unknown ? shape.map((d) => (d === -1 ? x.size / known : d)) : shape
  if (resolved.some((d) => !Number.isInteger(d))) {
    throw new ShapeError(
      `reshape: the ${x.size} elements of ${formatShape(x.shape)} do not fill ${formatShape(shape)} evenly.`,
    )
  }
  return apply(reshapeOp, [x], { shape: resolved })
})

/** What reductions take: which axes (all by default; negative ones count from the end), and whether to keep them as size 1. */
export interface ReduceOptions {
  readonly axis?: number | readonly number[] | null
  readonly keepDims?: boolean
}

/**
 * Sum of the elements over `axis`.
 *
 * @example
 * import { sum, tensor } from '@gradus/tensor'
 * sum(tensor([[1, 2], [3, 4]]), { axis: 0 }).array() // => [4, 6]
 */
export const sum = /* @__PURE__ */ operation(
  'sum',
  (x: Tensor, { axis, keepDims = false }: ReduceOptions = {}): Tensor =>
    apply(sumOp, [x], { axes: normalizeAxes('sum', axis, x.rank), keepDims }),
)
