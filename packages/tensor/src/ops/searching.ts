import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import { operation } from '../operation.ts'
import { formatShape, normalizeAxis, type Shape, sizeOf } from '../shape.ts'
import { Tensor } from '../tensor.ts'
import { add, cast, equal, greater, less, lessEqual, mul, sub, where } from './arithmetic.ts'
import { full, reshape, sum } from './broadcast.ts'
import { iota, tensor } from './create.ts'
import { takeAlongAxis } from './indexing.ts'
import { scatterAddOp } from './indexing-op.ts'
import { lengthFor } from './known-length.ts'
import { isNan, logicalNot } from './logical.ts'
import { expandDims, flatten } from './rearrange.ts'
import { any, max, min } from './reduction.ts'
import { floorDivide, mod } from './rounding.ts'
import { requireInteger } from './rules.ts'
import { argsort } from './sorting.ts'

/**
 * For each value the position (int32) at which it would be inserted into a sorted vector: before equal elements (`left`, default)
 * or after them (`right`). Compares all pairs. NumPy and Keras: `searchsorted`.
 *
 * @example
 * import { searchsorted, tensor } from '@gradus/tensor'
 * searchsorted(tensor([1, 2, 4]), tensor([2, 3, 9])).array() // => [1, 2, 3]
 */
export const searchsorted = /* @__PURE__ */ operation(
  'searchsorted',
  (sorted: Tensor, values: Tensor, { side = 'left' }: { readonly side?: 'left' | 'right' } = {}): Tensor => {
    if (sorted.rank !== 1) {
      throw new ShapeError(
        `searchsorted takes a sorted vector first and got a tensor of shape ${formatShape(sorted.shape)}.`,
      )
    }
    if (side !== 'left' && side !== 'right') {
      throw new ShapeError(`searchsorted: the side '${String(side)}' is unknown; use 'left' or 'right'.`)
    }
    const value = expandDims(values, -1)
    return sum(cast(side === 'left' ? less(sorted, value) : lessEqual(sorted, value), 'int32'), { axis: -1 })
  },
  ['tensor', 'tensor', ['side']],
)

/**
 * The number (int32) of the bin of each value: `i` where bins[i - 1] <= x < bins[i]. The bins are increasing limits. NumPy and
 * Keras: `digitize`.
 *
 * @example
 * import { digitize, tensor } from '@gradus/tensor'
 * digitize(tensor([0, 1, 5]), [1, 3]).array() // => [0, 1, 2]
 */
export const digitize = /* @__PURE__ */ operation(
  'digitize',
  (x: Tensor, bins: Tensor | readonly number[]): Tensor => {
    const limits = bins instanceof Tensor ? bins : tensor([...bins], { dtype: x.dtype })
    return searchsorted(limits, x, { side: 'right' })
  },
  ['tensor', 'any'],
)

/** Weights that are added instead of 1, of the shape of the numbers; the least length of the result, 0 by default. */
export interface BincountOptions {
  readonly weights?: Tensor
  readonly minLength?: number
}

/**
 * How often each whole number from 0 occurs, or the sum of its weights, in each row of `x` (one or two axes). The result is as long
 * as the largest number requires. Where numbers are not known, in a compiled function and on WebGPU, it has `minLength` elements,
 * and larger numbers are left out. NumPy and Keras: `bincount`.
 *
 * @example
 * import { bincount, tensor } from '@gradus/tensor'
 * bincount(tensor([0, 2, 2], { dtype: 'int32' })).array() // => [1, 0, 2]
 */
export const bincount = /* @__PURE__ */ operation(
  'bincount',
  (x: Tensor, { weights, minLength = 0 }: BincountOptions = {}): Tensor => {
    requireInteger('bincount', x)
    if (x.rank !== 1 && x.rank !== 2) {
      throw new ShapeError(`bincount takes a vector or a matrix and got a tensor of shape ${formatShape(x.shape)}.`)
    }
    const length = lengthFor('bincount', x, minLength, 'minLength')
    const ones = weights ?? full(x.shape, 1, 'int32', x)
    const rows = x.rank === 2 ? x.shape[0]! : 1
    const columns = sizeOf(x.shape) / Math.max(rows, 1)
    const numbers = reshape(cast(x, 'int32'), [rows, columns])
    const inside = less(numbers, length)
    const flat = where(inside, add(numbers, mul(iota([rows, columns], 0), length)), -1)
    const counts = apply(scatterAddOp, [full([rows * length], 0, ones.dtype, x), flatten(flat), flatten(ones)], {
      axis: 0,
    })
    return reshape(counts, x.rank === 2 ? [rows, length] : [length])
  },
  ['tensor', ['weights', 'minLength']],
)

/**
 * Counts of the elements in `bins` (default 10) intervals of equal length, and their limits: `{ counts, edges }`, both of the dtype
 * of x. The intervals go from the smallest to the largest element, or fill `range`; the last one includes its end. NumPy and Keras:
 * `histogram`.
 *
 * @example
 * import { histogram, tensor } from '@gradus/tensor'
 * const { counts, edges } = histogram(tensor([0, 1, 1, 4]), { bins: 2 })
 * counts.array() // => [3, 1]
 * edges.array() // => [0, 2, 4]
 */
export const histogram = /* @__PURE__ */ operation(
  'histogram',
  (
    x: Tensor,
    { bins = 10, range }: { readonly bins?: number; readonly range?: readonly [number, number] } = {},
  ): { counts: Tensor; edges: Tensor } => {
    if (!Number.isInteger(bins) || bins < 1 || (range && !(range[0] <= range[1]))) {
      throw new ShapeError(
        `histogram: cannot make ${bins} bins from ${range?.[0]} to ${range?.[1]}; give a positive number and an interval.`,
      )
    }
    const values = flatten(x)
    const given = range ?? [min(values), max(values)]
    const [start, stop] = given.map((end) => (end instanceof Tensor ? end : full([], end, x.dtype, x))) as [
      Tensor,
      Tensor,
    ]
    // of equal elements: half a unit to either side
    const level = equal(start, stop)
    const low = where(level, sub(start, 0.5), start)
    const high = where(level, add(stop, 0.5), stop)
    const part = mul(iota([bins + 1], 0, x.dtype), 1 / bins)
    const edges = add(mul(sub(1, part), low), mul(part, high))
    const isInside = cast(logicalNot(greater(low, values)), x.dtype)
    const counted = mul(isInside, cast(logicalNot(greater(values, high)), x.dtype))
    const bin = sub(searchsorted(edges, values, { side: 'right' }), 1)
    const wrapped = where(equal(values, high), bins - 1, bin)
    const counts = apply(scatterAddOp, [full([bins], 0, x.dtype, x), wrapped, counted], { axis: 0 })
    return { counts, edges }
  },
  ['tensor', ['bins', 'range']],
)

/**
 * Whether each element of `x` is among those of `elements`. NumPy and Keras: `isin`.
 *
 * @example
 * import { isin, tensor } from '@gradus/tensor'
 * isin(tensor([1, 2, 3]), tensor([3, 1])).array() // => [true, false, true]
 */
export const isin = /* @__PURE__ */ operation(
  'isin',
  (x: Tensor, elements: Tensor, { invert = false }: { readonly invert?: boolean } = {}): Tensor => {
    const found = any(equal(expandDims(x, -1), flatten(elements)), { axis: -1 })
    return invert ? logicalNot(found) : found
  },
  ['tensor', 'tensor', ['invert']],
)

/**
 * Whether the class that `targets` (int32, `[n]`) names is among the `k` largest of its row of `predictions`, `[n, classes]`. Equal
 * values count as in; NaN does not. Keras: `in_top_k`.
 *
 * @example
 * import { inTopK, tensor } from '@gradus/tensor'
 * const targets = tensor([0, 0], { dtype: 'int32' })
 * inTopK(targets, tensor([[1, 3, 2], [9, 3, 2]]), 2).array() // => [false, true]
 */
export const inTopK = /* @__PURE__ */ operation(
  'inTopK',
  (targets: Tensor, predictions: Tensor, k: number): Tensor => {
    const chosen = takeAlongAxis(predictions, expandDims(targets, -1), -1)
    const score = where(isNan(chosen), Number.NEGATIVE_INFINITY, chosen)
    return less(sum(cast(greater(predictions, score), 'int32'), { axis: -1 }), k)
  },
  ['tensor', 'tensor', 'integer'],
)

/**
 * Positions along `axis` (default the last) at which the first `k` elements are the smallest; here all are sorted, as by `argsort`.
 * NumPy and Keras: `argpartition`.
 *
 * @example
 * import { argpartition, tensor } from '@gradus/tensor'
 * argpartition(tensor([3, 1, 2]), 1).array() // => [1, 2, 0]
 */
export const argpartition = /* @__PURE__ */ operation(
  'argpartition',
  (x: Tensor, k: number, { axis = -1 }: { readonly axis?: number } = {}): Tensor => {
    const size = x.shape[normalizeAxis('argpartition', axis, x.rank)]!
    if (k < -size || k >= size) {
      throw new ShapeError(`argpartition: there is no element ${k} along axis ${axis} of ${formatShape(x.shape)}.`)
    }
    return argsort(x, { axis })
  },
  ['tensor', 'integer', ['axis']],
)

/**
 * The coordinates, one tensor per axis of `shape`, of positions in row-major order. NumPy and Keras: `unravel_index`.
 *
 * @example
 * import { tensor, unravelIndex } from '@gradus/tensor'
 * unravelIndex(tensor([4, 2], { dtype: 'int32' }), [2, 3]).map((x) => x.array()) // => [[1, 0], [1, 2]]
 */
export const unravelIndex = /* @__PURE__ */ operation(
  'unravelIndex',
  (indices: Tensor, shape: Shape): Tensor[] => {
    requireInteger('unravelIndex', indices)
    let rest = indices.dtype === 'int32' ? where(less(indices, 0), add(indices, sizeOf(shape)), indices) : indices
    return shape
      .map((_, index) => shape.length - 1 - index)
      .map((axis) => {
        const coordinate = mod(rest, shape[axis]!)
        rest = floorDivide(rest, shape[axis]!)
        return coordinate
      })
      .reverse()
  },
  ['tensor', 'integers'],
)
