import { requireOptions } from '../arguments.ts'
import { isFloat } from '../dtype.ts'
import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import { type Operation, operation } from '../operation.ts'
import { formatShape, normalizeAxes, normalizeAxis, reducedShape, sameShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { add, cast, div, equal, lessEqual, maximum, mul, sub, where } from './arithmetic.ts'
import { broadcastTo, reshape, sum } from './broadcast.ts'
import { tensor } from './create.ts'
import { takeAlongAxis } from './indexing.ts'
import { gatherOp } from './indexing-op.ts'
import { isNan, logicalNot } from './logical.ts'
import { transpose } from './movement.ts'
import { type ReduceOptions, reduceOptions } from './reduce.ts'
import { any, max, min } from './reduction.ts'
import { ceil, floor } from './rounding.ts'
import { sort } from './sorting.ts'
import { mean } from './statistics.ts'
import { floating, wide } from './wide.ts'

export interface QuantileOptions extends ReduceOptions {
  /** What a quantile between two elements is: a point between them (`linear`, default), or one of them, or their mean. */
  readonly method?: 'linear' | 'lower' | 'higher' | 'midpoint' | 'nearest'
}

type Quantile = Operation<[x: Tensor, q: number | readonly number[], options?: QuantileOptions], Tensor>

const quantileOptions = ['axis', 'keepDims', 'method'] as const
const methods = ['linear', 'lower', 'higher', 'midpoint', 'nearest']

interface Request {
  readonly name: string
  readonly parts: number | readonly number[]
  readonly options: QuantileOptions
  readonly skipsNan: boolean
}

function quantiles(given: Tensor, { name, parts, options, skipsNan }: Request): Tensor {
  const x = isFloat(given.dtype) ? given : cast(given, 'float32') // as in Keras
  const { axis, keepDims = false, method = 'linear' } = options
  const list = typeof parts === 'number' ? [parts] : parts
  if (!list.every((part) => part >= 0 && part <= 1)) {
    throw new ShapeError(
      `${name}: the position ${JSON.stringify(parts)} does not lie between the smallest and the largest element.`,
    )
  }
  if (!methods.includes(method)) {
    throw new ShapeError(`${name}: the method '${method}' is unknown; use ${methods.join(', ')}.`)
  }
  const axes = normalizeAxes(name, axis, x.rank)
  const kept = x.shape.map((_, index) => index).filter((index) => !axes.includes(index))
  const moved = transpose(wide(x), [...kept, ...axes])
  const rest = kept.map((index) => x.shape[index]!)
  const count = axes.reduce((product, index) => product * x.shape[index]!, 1)
  if (count === 0)
    throw new ShapeError(`${name}: there are no elements over axis ${String(axis)} of ${formatShape(x.shape)}.`)
  const rows = sort(reshape(moved, [...rest, count]))
  const found = (skipsNan ? amongKnown : amongAll)(rows, list, method)
  // [...rest, quantiles] to [quantiles, ...rest]
  const first = transpose(found, [rest.length, ...rest.map((_, index) => index)])
  const shape = reducedShape(x.shape, axes, keepDims)
  return cast(reshape(first, typeof parts === 'number' ? shape : [list.length, ...shape]), x.dtype)
}

/** Quantiles of sorted rows; NaN, which comes last, is the quantile of its row. */
function amongAll(rows: Tensor, parts: readonly number[], method: string): Tensor {
  const last = rows.shape.at(-1)! - 1
  const at = (places: readonly number[]) =>
    apply(gatherOp, [rows, tensor([...places], { dtype: 'int32' })], { axis: rows.rank - 1 })
  const places = parts.map((part) => part * last)
  const low = at(places.map(Math.floor))
  const high = at(places.map(Math.ceil))
  const share = tensor(
    places.map((place) => place - Math.floor(place)),
    { dtype: rows.dtype },
  )
  const wrong = any(isNan(rows), { axis: -1, keepDims: true })
  return where(wrong, Number.NaN, between(low, high, broadcastTo(share, low.shape), method))
}

/** Quantiles of the elements of sorted rows that are not NaN; NaN where there is none. */
function amongKnown(rows: Tensor, parts: readonly number[], method: string): Tensor {
  const count = sum(cast(logicalNot(isNan(rows)), rows.dtype), { axis: -1, keepDims: true })
  const places = mul(maximum(sub(count, 1), 0), tensor([...parts], { dtype: rows.dtype }))
  const at = (place: Tensor) => takeAlongAxis(rows, cast(place, 'int32'), -1)
  return between(at(floor(places)), at(ceil(places)), sub(places, floor(places)), method)
}

function between(low: Tensor, high: Tensor, share: Tensor, method: string): Tensor {
  if (method === 'lower') return low
  if (method === 'higher') return high
  if (method === 'nearest') return where(lessEqual(share, 0.5), low, high)
  if (method === 'midpoint') return mul(add(low, high), 0.5)
  // infinite neighbors that are the same element have no difference
  const same = equal(low, high)
  return where(same, low, add(mul(low, sub(1, share)), mul(high, share)))
}

/* @__NO_SIDE_EFFECTS__ */
function quantileOf(name: string, whole: number, skipsNan: boolean): Quantile {
  return operation(
    name,
    (x: Tensor, q: number | readonly number[], options: QuantileOptions = {}): Tensor => {
      if (typeof q !== 'number' && !(Array.isArray(q) && q.every((part) => typeof part === 'number'))) {
        throw new TypeError(
          `${name} takes a number from 0 to ${whole} or a list of them second, as in ${name}(x, ${whole / 2}).`,
        )
      }
      const parts = typeof q === 'number' ? q / whole : (q as readonly number[]).map((part) => part / whole)
      return quantiles(x, { name, parts, options, skipsNan })
    },
    ['tensor', 'any', quantileOptions],
  )
}

/**
 * The element at the part `q` (0 to 1) of the way through the sorted elements over `axis`, or a point between two of them. A list of
 * parts gives a first axis. NaN if an element is NaN. NumPy and Keras: `quantile`.
 *
 * @example
 * import { quantile, tensor } from '@gradus/tensor'
 * quantile(tensor([1, 2, 4]), 0.75).item() // => 3
 * quantile(tensor([1, 2, 4]), [0, 1]).array() // => [1, 4]
 */
export const quantile = /* @__PURE__ */ quantileOf('quantile', 1, false)

/** `quantile` of the elements that are not NaN. NumPy and Keras: `nanquantile`. */
export const nanquantile = /* @__PURE__ */ quantileOf('nanquantile', 1, true)

/**
 * `quantile` in percent, 0 to 100. NumPy and Keras: `percentile`.
 *
 * @example
 * import { percentile, tensor } from '@gradus/tensor'
 * percentile(tensor([1, 2, 4]), 75).item() // => 3
 */
export const percentile = /* @__PURE__ */ quantileOf('percentile', 100, false)

/** `percentile` of the elements that are not NaN. NumPy and Keras: `nanpercentile`. */
export const nanpercentile = /* @__PURE__ */ quantileOf('nanpercentile', 100, true)

/**
 * The middle of the sorted elements over `axis`, or the mean of the two in the middle; NaN if an element is NaN. NumPy and Keras:
 * `median`.
 *
 * @example
 * import { median, tensor } from '@gradus/tensor'
 * median(tensor([[1, 9, 2], [4, 4, 5]]), { axis: 1 }).array() // => [2, 4]
 */
export const median = /* @__PURE__ */ operation(
  'median',
  (x: Tensor, options: ReduceOptions = {}): Tensor =>
    quantiles(x, { name: 'median', parts: 0.5, options, skipsNan: false }),
  ['tensor', reduceOptions],
)

/** `median` of the elements that are not NaN. NumPy and Keras: `nanmedian`. */
export const nanmedian = /* @__PURE__ */ operation(
  'nanmedian',
  (x: Tensor, options: ReduceOptions = {}): Tensor =>
    quantiles(x, { name: 'nanmedian', parts: 0.5, options, skipsNan: true }),
  ['tensor', reduceOptions],
)

/**
 * The largest element over `axis` minus the smallest. NumPy and Keras: `ptp`.
 *
 * @example
 * import { ptp, tensor } from '@gradus/tensor'
 * ptp(tensor([3, 9, 4])).item() // => 6
 */
export const ptp = /* @__PURE__ */ operation(
  'ptp',
  (x: Tensor, options: ReduceOptions = {}): Tensor => sub(max(x, options), min(x, options)),
  ['tensor', reduceOptions],
)

/** The axis of an average; the weights of the elements, of the shape of `x` or one per position of the axis. */
export interface AverageOptions {
  readonly axis?: number | readonly number[] | null
  readonly weights?: Tensor
}

/**
 * The mean over `axis`, where each element counts by its weight: sum(x * weights) / sum(weights). NumPy and Keras: `average`.
 *
 * @example
 * import { average, tensor } from '@gradus/tensor'
 * average(tensor([1, 2, 6]), { weights: tensor([1, 1, 2]) }).item() // => 3.75
 */
export const average = /* @__PURE__ */ operation(
  'average',
  (given: Tensor, options: AverageOptions = {}): Tensor => {
    requireOptions('average', options, ['axis', 'weights'])
    const { axis, weights } = options
    if (weights === undefined) return mean(given, { axis })
    const x = floating(given)
    let shares = floating(weights)
    if (!sameShape(weights.shape, x.shape)) {
      if (
        weights.rank !== 1 ||
        typeof axis !== 'number' ||
        weights.size !== x.shape[normalizeAxis('average', axis, x.rank)]
      ) {
        throw new ShapeError(
          `average: the weights have shape ${formatShape(weights.shape)} and x has ${formatShape(x.shape)}; they must have the same shape, or one weight per position of a single axis.`,
        )
      }
      const along = normalizeAxis('average', axis, x.rank)
      shares = reshape(
        weights,
        x.shape.map((d, index) => (index === along ? d : 1)),
      )
    }
    const spread = broadcastTo(shares, x.shape)
    return div(sum(mul(x, spread), { axis }), sum(spread, { axis }))
  },
  ['tensor', 'any'],
)
