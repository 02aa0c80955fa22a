import { backendOf, onBackend } from '../backend.ts'
import { type DType, requireDType } from '../dtype.ts'
import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import { operation, operationOf } from '../operation.ts'
import { broadcastShapes, formatShape, requireShape, type Shape, sameShape, sizeOf } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { expandOp, reshapeOp, sumOp } from './broadcast-op.ts'
import { fillOp } from './create-op.ts'
import { reduction } from './reduce.ts'

/** A tensor of `shape` with every element `value`; on the backend of `like` if that is given. */
export function full(shape: Shape, value: number | boolean, dtype: DType = 'float32', like?: Tensor): Tensor {
  requireShape('full', shape)
  requireDType('full', dtype)
  if (typeof value !== 'number' && typeof value !== 'boolean') {
    throw new TypeError(
      `full takes a number or a boolean as its value, as in full([2, 3], 0), and got ${typeof value}.`,
    )
  }
  const make = () => apply(fillOp, [], { shape, dtype, value: Number(value) })
  return like?.concrete ? onBackend(backendOf(like), make) : make()
}

/** Repeats `x` along new leading and size-1 dimensions up to `shape`, by NumPy's rule. */
export const broadcastTo = /* @__PURE__ */ operation(
  'broadcastTo',
  (x: Tensor, shape: Shape): Tensor => {
    if (sameShape(x.shape, shape)) return x
    if (!sameShape(broadcastShapes('broadcastTo', x.shape, shape), shape)) {
      throw new ShapeError(`broadcastTo: ${formatShape(x.shape)} cannot become ${formatShape(shape)}.`)
    }
    const padded = [...new Array<number>(shape.length - x.rank).fill(1), ...x.shape]
    const aligned = x.rank === shape.length ? x : apply(reshapeOp, [x], { shape: padded })
    return sameShape(padded, shape) ? aligned : apply(expandOp, [aligned], { shape })
  },
  ['tensor', 'integers'],
)

/** The same values under another shape; one dimension may be -1 and follows from the size of `x`. */
export const reshape = /* @__PURE__ */ operationOf(
  reshapeOp,
  (x: Tensor, shape: Shape): Tensor => {
    if (!Array.isArray(shape)) throw new TypeError('reshape takes the shape as a list, as in reshape(x, [2, 3]).')
    const unknown = shape.filter((d) => d === -1).length
    if (unknown > 1 || shape.some((d) => d < -1 || !Number.isInteger(d))) {
      throw new ShapeError(
        `reshape: ${formatShape(shape)} is not a shape; use whole numbers from 0 and at most one -1.`,
      )
    }
    const known = sizeOf(shape.filter((d) => d !== -1))
    const resolved = unknown ? shape.map((d) => (d === -1 ? x.size / known : d)) : shape
    if (resolved.some((d) => !Number.isInteger(d))) {
      throw new ShapeError(
        `reshape: the ${x.size} elements of ${formatShape(x.shape)} do not fill ${formatShape(shape)} evenly.`,
      )
    }
    return apply(reshapeOp, [x], { shape: resolved })
  },
  ['tensor', 'any'],
)

/**
 * Sum of the elements over `axis`. That of bools is int32: it counts those that hold.
 *
 * @example
 * import { sum, tensor } from '@gradus/tensor'
 * sum(tensor([[1, 2], [3, 4]]), { axis: 0 }).array() // => [4, 6]
 */
export const sum = /* @__PURE__ */ reduction(sumOp)
