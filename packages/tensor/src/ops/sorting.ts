import { computeDType } from '../dtype.ts'
import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import type { Op } from '../op.ts'
import { operation, operationOf } from '../operation.ts'
import { formatShape, normalizeAxis } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { cast } from './arithmetic.ts'
import { takeAlongAxis } from './indexing.ts'
import { sliceAxis } from './movement.ts'
import { requireWide } from './rules.ts'

/** The axis (default the last), and whether the largest element comes first. */
export interface SortOptions {
  readonly axis?: number
  readonly descending?: boolean
}

/** The positions along `axis` in sorted order: equal elements keep their order, NaN comes last either way. */
const argsortOp: Op<{ axis: number; descending: boolean }> = {
  name: 'argsort',
  shape([x]) {
    requireWide('argsort', x!)
    return { shape: x!.shape, dtype: 'int32' }
  },
}

/**
 * The int32 positions that sort `x` along `axis`; equal elements keep their order, NaN comes last in both directions.
 *
 * @example
 * import { argsort, tensor } from '@gradus/tensor'
 * argsort(tensor([3, 1, 2])).array() // => [1, 2, 0]
 */
export const argsort = /* @__PURE__ */ operationOf(
  argsortOp,
  (x: Tensor, { axis = -1, descending = false }: SortOptions = {}): Tensor => {
    const values = cast(x, computeDType(x.dtype))
    return apply(argsortOp, [values], { axis: normalizeAxis('argsort', axis, x.rank), descending })
  },
  ['tensor', ['axis', 'descending']],
)

/**
 * `x` sorted along `axis`; NaN comes last in both directions. Gradients flow to the positions that the elements came from.
 *
 * @example
 * import { sort, tensor } from '@gradus/tensor'
 * sort(tensor([3, 1, 2]), { descending: true }).array() // => [3, 2, 1]
 */
export const sort = /* @__PURE__ */ operation(
  'sort',
  (x: Tensor, { axis = -1, descending = false }: SortOptions = {}): Tensor =>
    takeAlongAxis(x, argsort(x, { axis, descending }), axis),
  ['tensor', ['axis', 'descending']],
)

/**
 * The `k` largest elements of the last axis, largest first, and their int32 positions; the first of equal elements comes
 * first. Throws `ShapeError` if the axis has fewer than `k` elements.
 *
 * @example
 * import { tensor, topK } from '@gradus/tensor'
 * const { values, indices } = topK(tensor([5, 9, 7]), 2)
 * values.array() // => [9, 7]
 * indices.array() // => [1, 2]
 */
export const topK = /* @__PURE__ */ operation(
  'topK',
  (x: Tensor, k: number): { values: Tensor; indices: Tensor } => {
    const axis = normalizeAxis('topK', -1, x.rank)
    if (!Number.isInteger(k) || k < 0 || k > x.shape[axis]!) {
      throw new ShapeError(
        `topK: k is ${k}, but the last axis of ${formatShape(x.shape)} has ${x.shape[axis]} elements.`,
      )
    }
    const order = argsort(x, { axis, descending: true })
    const indices = sliceAxis(order, axis, 0, k)
    return { values: takeAlongAxis(x, indices, axis), indices }
  },
  ['tensor', 'integer'],
)
