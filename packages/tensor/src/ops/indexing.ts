import { type DType, isFloat } from '../dtype.ts'
import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import { operation, operationOf } from '../operation.ts'
import { formatShape, normalizeAxis, sizeOf } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { add, cast, equal, greaterEqual, less, mul, where } from './arithmetic.ts'
import { broadcastTo, reshape } from './broadcast.ts'
import { iota } from './create.ts'
import { gatherOp } from './indexing-op.ts'
import { requireKnownIndices } from './known-indices.ts'
import { logicalAnd } from './logical.ts'
import { transpose } from './movement.ts'
import { requireInteger } from './rules.ts'
import { wrapIndices } from './wrap-indices.ts'

/**
 * The elements of `x` at `indices` (int32 or uint32) along `axis`; the shape of `indices` takes the place of that axis.
 * Negative indices count from the end. An index out of range throws `RangeError` where its value is known; in a compiled function,
 * and on WebGPU, it gives NaN for floats, and 0 for integers and bools.
 *
 * @example
 * import { gather, tensor } from '@gradus/tensor'
 * gather(tensor([10, 20, 30]), tensor([2, 0, -1], { dtype: 'int32' })).array() // => [30, 10, 30]
 */
export const gather = /* @__PURE__ */ operationOf(
  gatherOp,
  (x: Tensor, indices: Tensor, { axis = 0 }: { readonly axis?: number } = {}): Tensor => {
    const along = normalizeAxis('gather', axis, x.rank)
    requireInteger('gather', indices)
    requireKnownIndices('gather', indices, x.shape[along]!)
    return apply(gatherOp, [x, wrapIndices(indices, x.shape[along]!)], gatherParams(x, along))
  },
  ['tensor', 'tensor', ['axis']],
)

/** Positions out of range give NaN, so that a computation with them does not go on unnoticed. */
function gatherParams({ dtype }: Tensor, axis: number): { axis: number; outside?: number } {
  return isFloat(dtype) ? { axis, outside: Number.NaN } : { axis }
}

/**
 * Picks one element per index along `axis`: `indices` has the rank of `x`, and its other dimensions are equal to those of
 * `x` or 1. As NumPy's `take_along_axis`; negative indices count from the end. For indices out of range see `gather`.
 *
 * @example
 * import { takeAlongAxis, tensor } from '@gradus/tensor'
 * const best = tensor([[1], [0]], { dtype: 'int32' })
 * takeAlongAxis(tensor([[1, 2], [3, 4]]), best, 1).array() // => [[2], [3]]
 */
export const takeAlongAxis = /* @__PURE__ */ operation(
  'takeAlongAxis',
  (x: Tensor, indices: Tensor, axis: number = -1): Tensor => {
    const along = normalizeAxis('takeAlongAxis', axis, x.rank)
    requireInteger('takeAlongAxis', indices)
    const size = x.shape[along]!
    const target = x.shape.map((d, i) => (i === along ? indices.shape[i]! : d))
    if (indices.rank !== x.rank) {
      throw new ShapeError(
        `takeAlongAxis: the indices have shape ${formatShape(indices.shape)} and x has ${formatShape(x.shape)}; the ranks must be equal.`,
      )
    }
    requireKnownIndices('takeAlongAxis', indices, size)
    // the rows of the chosen axis form a flat list, from which one gather reads
    const last = x.shape.map((_, i) => i).filter((i) => i !== along)
    const axes = [...last, along]
    const rows = sizeOf(last.map((i) => x.shape[i]!))
    const count = target[along]!
    const wanted = reshape(transpose(cast(broadcastTo(indices, target), 'int32'), axes), [rows, count])
    const wrapped = wrapIndices(wanted, size)
    const inside = logicalAnd(greaterEqual(wrapped, 0), less(wrapped, size))
    const flat = where(inside, add(wrapped, mul(iota([rows, count], 0, 'int32'), size)), -1)
    const taken = apply(gatherOp, [reshape(transpose(x, axes), [x.size]), flat], gatherParams(x, 0))
    const inverse = axes.map((_, i) => axes.indexOf(i))
    return transpose(
      reshape(
        taken,
        axes.map((i) => target[i]!),
      ),
      inverse,
    )
  },
  ['tensor', 'tensor', 'integer?'],
)

/**
 * 1 at the position that each index names along a new `axis` of size `depth`, 0 elsewhere; an index outside
 * `0 .. depth - 1` gives only zeros.
 *
 * @example
 * import { oneHot, tensor } from '@gradus/tensor'
 * oneHot(tensor([1, -1], { dtype: 'int32' }), 3).array() // => [[0, 1, 0], [0, 0, 0]]
 */
export const oneHot = /* @__PURE__ */ operation(
  'oneHot',
  (
    indices: Tensor,
    depth: number,
    { dtype = 'float32', axis = -1 }: { readonly dtype?: DType; readonly axis?: number } = {},
  ): Tensor => {
    requireInteger('oneHot', indices)
    const along = normalizeAxis('oneHot', axis, indices.rank + 1)
    const shape = [...indices.shape.slice(0, along), depth, ...indices.shape.slice(along)]
    const column = reshape(
      cast(indices, 'int32'),
      shape.map((d, i) => (i === along ? 1 : d)),
    )
    return cast(equal(column, iota(shape, along, 'int32')), dtype)
  },
  ['tensor', 'integer', ['dtype', 'axis']],
)
