import { type DType, isFloat } from '../dtype.ts'
import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import { type Operation, operation } from '../operation.ts'
import { formatShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { cast, equal, where } from './arithmetic.ts'
import { full, reshape } from './broadcast.ts'
import { iota } from './create.ts'
import { scatterAddOp } from './indexing-op.ts'
import { lengthFor } from './known-length.ts'
import { max, min, prod } from './reduction.ts'
import { requireInteger } from './rules.ts'

/** The number of segments; without it, one more than the largest id, which has to be known. */
export interface SegmentOptions {
  readonly numSegments?: number
}

function segmentsOf(name: string, data: Tensor, ids: Tensor, { numSegments }: SegmentOptions): number {
  requireInteger(name, ids)
  if (ids.rank !== 1 || ids.size !== data.shape[0]) {
    throw new ShapeError(
      `${name}: the ids have shape ${formatShape(ids.shape)}; there must be one for each of the ${data.shape[0]} rows of ${formatShape(data.shape)}.`,
    )
  }
  return numSegments ?? lengthFor(name, ids, 0, 'numSegments')
}

type Segment = Operation<[data: Tensor, segmentIds: Tensor, options?: SegmentOptions], Tensor>

/**
 * Sums of the rows of `data` that have the same id (int32): `[numSegments, ...]`. Rows with other ids are left out. Keras:
 * `segment_sum`.
 *
 * @example
 * import { segmentSum, tensor } from '@gradus/tensor'
 * segmentSum(tensor([1, 2, 4]), tensor([0, 0, 2], { dtype: 'int32' })).array() // => [3, 0, 4]
 */
export const segmentSum = /* @__PURE__ */ operation(
  'segmentSum',
  (data: Tensor, segmentIds: Tensor, options: SegmentOptions = {}): Tensor => {
    const count = segmentsOf('segmentSum', data, segmentIds, options)
    const zeros = full([count, ...data.shape.slice(1)], 0, data.dtype, data)
    return apply(scatterAddOp, [zeros, segmentIds, data], { axis: 0 })
  },
  ['tensor', 'tensor', ['numSegments']],
)

/** A reduction of the rows of each segment; `start` gives the result of no rows. */
/* @__NO_SIDE_EFFECTS__ */
function segmentsBy(
  name: string,
  reduce: (x: Tensor, options: { readonly axis: number }) => Tensor,
  start: (dtype: DType) => number,
): Segment {
  return operation(
    name,
    (data: Tensor, segmentIds: Tensor, options: SegmentOptions = {}): Tensor => {
      const count = segmentsOf(name, data, segmentIds, options)
      const rows = data.shape[0]!
      const rest = data.shape.slice(1)
      const other = start(data.dtype)
      if (rows === 0) return full([count, ...rest], other, data.dtype, data)
      const isMember = equal(reshape(cast(segmentIds, 'int32'), [1, rows]), iota([count, rows], 0))
      const members = reshape(isMember, [count, rows, ...rest.map(() => 1)])
      return reduce(where(members, reshape(data, [1, rows, ...rest]), other), { axis: 1 })
    },
    ['tensor', 'tensor', ['numSegments']],
  )
}

/**
 * The largest elements of the rows of `data` that have the same id (int32); -Infinity, or the smallest integer, for ids that do not
 * occur. Compares every row with every segment. Keras: `segment_max`.
 *
 * @example
 * import { segmentMax, tensor } from '@gradus/tensor'
 * segmentMax(tensor([1, 2, 4]), tensor([0, 0, 1], { dtype: 'int32' })).array() // => [2, 4]
 */
export const segmentMax = /* @__PURE__ */ segmentsBy(
  'segmentMax',
  (x, options) => max(x, options),
  (dtype) => {
    if (isFloat(dtype)) return Number.NEGATIVE_INFINITY
    return dtype === 'uint32' ? 0 : -(2 ** 31)
  },
)

/** As `segmentMax`, for the smallest elements. Keras: `segment_min`. */
export const segmentMin = /* @__PURE__ */ segmentsBy(
  'segmentMin',
  (x, options) => min(x, options),
  (dtype) => {
    if (isFloat(dtype)) return Number.POSITIVE_INFINITY
    return dtype === 'uint32' ? 2 ** 32 - 1 : 2 ** 31 - 1
  },
)

/** As `segmentMax`, for products; 1 for ids that do not occur. Keras: `segment_prod`. */
export const segmentProd = /* @__PURE__ */ segmentsBy(
  'segmentProd',
  (x, options) => prod(x, options),
  () => 1,
)
