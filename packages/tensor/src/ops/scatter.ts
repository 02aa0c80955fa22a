import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import { operation, operationOf } from '../operation.ts'
import { formatShape, normalizeAxis, type Shape, sameShape, sizeOf, stridesOf } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { add, cast, greater, greaterEqual, less, mul, notEqual, where } from './arithmetic.ts'
import { broadcastTo, full, reshape } from './broadcast.ts'
import { gatherOp, scatterAddOp } from './indexing-op.ts'
import { logicalAnd } from './logical.ts'
import { concat, sliceAxis } from './movement.ts'
import { requireInteger } from './rules.ts'
import { argsort } from './sorting.ts'
import { wrapIndices } from './wrap-indices.ts'

/**
 * Adds `updates` to `x` at `indices` along `axis`: `updates` has the shape that `gather(x, indices, { axis })` would have, or
 * one that broadcasts to it. Duplicates add up; negative indices count from the end; updates out of range are dropped.
 *
 * @example
 * import { scatterAdd, tensor, zeros } from '@gradus/tensor'
 * const indices = tensor([0, 2, 0], { dtype: 'int32' })
 * scatterAdd(zeros([3]), indices, tensor([1, 2, 3])).array() // => [4, 0, 2]
 */
export const scatterAdd = /* @__PURE__ */ operationOf(
  scatterAddOp,
  (x: Tensor, indices: Tensor, updates: Tensor, { axis = 0 }: { readonly axis?: number } = {}): Tensor => {
    const along = normalizeAxis('scatterAdd', axis, x.rank)
    requireInteger('scatterAdd', indices)
    const shape = [...x.shape.slice(0, along), ...indices.shape, ...x.shape.slice(along + 1)]
    return apply(scatterAddOp, [x, wrapIndices(indices, x.shape[along]!), broadcastTo(updates, shape)], { axis: along })
  },
  ['tensor', 'tensor', 'tensor', ['axis']],
)

/**
 * A tensor of `shape` with `values` added to zeros: `indices` is `[..., k]`, one row naming k leading coordinates, and
 * `values` is `[..., ...shape.slice(k)]`. Duplicates add up, rows out of range are dropped. As `keras.ops.scatter`.
 *
 * @example
 * import { scatter, tensor } from '@gradus/tensor'
 * const indices = tensor([[0], [2], [0]], { dtype: 'int32' })
 * scatter(indices, tensor([1, 2, 3]), [3]).array() // => [4, 0, 2]
 */
export const scatter = /* @__PURE__ */ operation(
  'scatter',
  (indices: Tensor, values: Tensor, shape: Shape): Tensor => {
    const positions = flattened('scatter', indices, values, shape)
    const base = full([positions.count, positions.width], 0, values.dtype, values)
    return reshape(apply(scatterAddOp, [base, positions.flat, positions.values], { axis: 0 }), shape)
  },
  ['tensor', 'tensor', 'integers'],
)

/**
 * `x` with the elements at `indices` replaced by `updates`: `indices` is `[..., k]` as for `scatter`. Of several updates of
 * one element the last one counts; rows out of range are dropped. As `keras.ops.scatter_update`.
 *
 * @example
 * import { scatterUpdate, tensor } from '@gradus/tensor'
 * const indices = tensor([[1], [1]], { dtype: 'int32' })
 * scatterUpdate(tensor([1, 2, 3]), indices, tensor([8, 9])).array() // => [1, 9, 3]
 */
export const scatterUpdate = /* @__PURE__ */ operation(
  'scatterUpdate',
  (x: Tensor, indices: Tensor, updates: Tensor): Tensor => {
    if (x.dtype === 'bool') return cast(scatterUpdate(cast(x, 'int32'), indices, cast(updates, 'int32')), 'bool')
    const { flat, values, count, width } = flattened('scatterUpdate', indices, updates, x.shape)
    const total = flat.size
    if (total === 0) return x
    // after a stable sort the last update of an element comes before those of the next element (or the end); only it is kept,
    // because the primitive adds updates
    const order = argsort(flat)
    const sorted = apply(gatherOp, [flat, order], { axis: 0 })
    const next = sliceAxis(sorted, 0, 1, total - 1)
    const differs = notEqual(sorted, concat([next, full([1], -2, 'int32', flat)]))
    const winners = where(differs, sorted, -1)
    const chosen = apply(gatherOp, [values, order], { axis: 0 })
    const hits = apply(scatterAddOp, [full([count], 0, 'int32', flat), winners, full([total], 1, 'int32', flat)], {
      axis: 0,
    })
    const base = where(greater(reshape(hits, [count, 1]), 0), 0, reshape(x, [count, width]))
    return reshape(apply(scatterAddOp, [base, winners, chosen], { axis: 0 }), x.shape)
  },
  ['tensor', 'tensor', 'tensor'],
)

/** Rows of coordinates as positions in a list (-1 if out of range), and the values as one row per position. */
function flattened(name: string, indices: Tensor, values: Tensor, shape: Shape) {
  requireInteger(name, indices)
  const depth = indices.shape.at(-1)
  if (depth === undefined || depth > shape.length) {
    throw new ShapeError(
      `${name}: indices of shape ${formatShape(indices.shape)} must be [..., k] with k coordinates of a tensor of shape ${formatShape(shape)}.`,
    )
  }
  const expected = [...indices.shape.slice(0, -1), ...shape.slice(depth)]
  if (!sameShape(values.shape, expected)) {
    throw new ShapeError(
      `${name}: the values have shape ${formatShape(values.shape)}; for indices of shape ${formatShape(indices.shape)} ` +
        `into ${formatShape(shape)} they must have ${formatShape(expected)}.`,
    )
  }
  const total = sizeOf(indices.shape.slice(0, -1))
  const strides = stridesOf(shape.slice(0, depth))
  const coordinates = reshape(cast(indices, 'int32'), [total, depth])
  let flat = full([total], 0, 'int32', indices)
  let inside = full([total], true, 'bool', indices)
  for (let k = 0; k < depth; k++) {
    const column = reshape(sliceAxis(coordinates, 1, k, 1), [total])
    const position = wrapIndices(column, shape[k]!)
    inside = logicalAnd(inside, logicalAnd(greaterEqual(position, 0), less(position, shape[k]!)))
    flat = add(flat, mul(position, strides[k]!))
  }
  const width = sizeOf(shape.slice(depth))
  return {
    flat: where(inside, flat, -1),
    values: reshape(values, [total, width]),
    count: sizeOf(shape.slice(0, depth)),
    width,
  }
}
