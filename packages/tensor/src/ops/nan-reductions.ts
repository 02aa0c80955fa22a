import { isFloat } from '../dtype.ts'
import { type Operation, operation } from '../operation.ts'
import type { Tensor } from '../tensor.ts'
import { cast, div, equal, sub, where } from './arithmetic.ts'
import { sum } from './broadcast.ts'
import { type CumulativeOptions, cumprod, cumsum } from './cumulative.ts'
import { sqrt, square } from './exponential.ts'
import { isNan, logicalNot } from './logical.ts'
import { type ReduceOptions, reduceOptions } from './reduce.ts'
import { type ArgMaxOptions, all, argMax, argMin, max, min, prod } from './reduction.ts'
import { floating, wide } from './wide.ts'

/** `x` with NaN replaced; integers have none. */
function known(x: Tensor, other: number): Tensor {
  return isFloat(x.dtype) ? where(isNan(x), other, x) : x
}

/** Whether all elements over the axes are NaN. */
function nothing(x: Tensor, options: ReduceOptions): Tensor {
  return all(isNan(x), options)
}

/**
 * The sum over `axis` of the elements that are not NaN. NumPy and Keras: `nansum`.
 *
 * @example
 * import { nansum, tensor } from '@gradus/tensor'
 * nansum(tensor([1, NaN, 2])).item() // => 3
 */
export const nansum = /* @__PURE__ */ operation(
  'nansum',
  (x: Tensor, options: ReduceOptions = {}): Tensor => sum(known(x, 0), options),
  ['tensor', reduceOptions],
)

/** The product over `axis` of the elements that are not NaN. NumPy and Keras: `nanprod`. */
export const nanprod = /* @__PURE__ */ operation(
  'nanprod',
  (x: Tensor, options: ReduceOptions = {}): Tensor => prod(known(x, 1), options),
  ['tensor', reduceOptions],
)

type Reduce = Operation<[x: Tensor, options?: ReduceOptions], Tensor>

/** An extreme in which NaN counts as the infinity of this sign. */
/* @__NO_SIDE_EFFECTS__ */
function nanExtreme(name: string, reduce: (x: Tensor, options: ReduceOptions) => Tensor, sign: 1 | -1): Reduce {
  return operation(
    name,
    (x: Tensor, options: ReduceOptions = {}): Tensor => {
      if (!isFloat(x.dtype)) return reduce(x, options)
      return where(nothing(x, options), Number.NaN, reduce(known(x, sign * Number.POSITIVE_INFINITY), options))
    },
    ['tensor', reduceOptions],
  )
}

/**
 * The largest element over `axis` that is not NaN; NaN if there is none. NumPy and Keras: `nanmax`.
 *
 * @example
 * import { nanmax, tensor } from '@gradus/tensor'
 * nanmax(tensor([1, NaN, 2])).item() // => 2
 */
export const nanmax = /* @__PURE__ */ nanExtreme('nanmax', (x, options) => max(x, options), -1)

/** The smallest element over `axis` that is not NaN; NaN if there is none. NumPy and Keras: `nanmin`. */
export const nanmin = /* @__PURE__ */ nanExtreme('nanmin', (x, options) => min(x, options), 1)

/**
 * The mean over `axis` of the elements that are not NaN; NaN if there is none. NumPy and Keras: `nanmean`.
 *
 * @example
 * import { nanmean, tensor } from '@gradus/tensor'
 * nanmean(tensor([1, NaN, 3])).item() // => 2
 */
export const nanmean = /* @__PURE__ */ operation(
  'nanmean',
  (given: Tensor, options: ReduceOptions = {}): Tensor => {
    const x = floating(given)
    const values = wide(x)
    return cast(div(nansum(values, options), counted(values, options)), x.dtype)
  },
  ['tensor', reduceOptions],
)

function counted(x: Tensor, options: ReduceOptions): Tensor {
  return sum(cast(logicalNot(isNan(x)), x.dtype), options)
}

/** The mean square distance from the mean, over `axis`, of the elements that are not NaN. NumPy and Keras: `nanvar`. */
export const nanvar = /* @__PURE__ */ operation(
  'nanvar',
  (given: Tensor, options: ReduceOptions = {}): Tensor => {
    const x = floating(given)
    const values = wide(x)
    const center = nanmean(values, { ...options, keepDims: true })
    const distance = where(isNan(values), 0, sub(known(values, 0), center))
    return cast(div(sum(square(distance), options), counted(values, options)), x.dtype)
  },
  ['tensor', reduceOptions],
)

/** The square root of `nanvar`; its gradient is 0 where it is 0. NumPy and Keras: `nanstd`. */
export const nanstd = /* @__PURE__ */ operation(
  'nanstd',
  (given: Tensor, options: ReduceOptions = {}): Tensor => {
    const x = floating(given)
    const spread = nanvar(wide(x), options)
    const level = equal(spread, 0)
    return cast(where(level, 0, sqrt(where(level, 1, spread))), x.dtype)
  },
  ['tensor', reduceOptions],
)

type ArgReduce = Operation<[x: Tensor, options?: ArgMaxOptions], Tensor>

/* @__NO_SIDE_EFFECTS__ */
function nanArgExtreme(name: string, find: (x: Tensor, options: ArgMaxOptions) => Tensor, sign: 1 | -1): ArgReduce {
  return operation(
    name,
    (x: Tensor, options: ArgMaxOptions = {}): Tensor => {
      if (!isFloat(x.dtype)) return find(x, options)
      return where(nothing(x, options), -1, find(known(x, sign * Number.POSITIVE_INFINITY), options))
    },
    ['tensor', reduceOptions],
  )
}

/**
 * The int32 index along `axis` of the largest element that is not NaN; -1 if there is none. NumPy and Keras: `nanargmax`.
 *
 * @example
 * import { nanargmax, tensor } from '@gradus/tensor'
 * nanargmax(tensor([1, NaN, 2])).item() // => 2
 */
export const nanargmax = /* @__PURE__ */ nanArgExtreme('nanargmax', (x, options) => argMax(x, options), -1)

/** The int32 index along `axis` of the smallest element that is not NaN; -1 if there is none. NumPy and Keras: `nanargmin`. */
export const nanargmin = /* @__PURE__ */ nanArgExtreme('nanargmin', (x, options) => argMin(x, options), 1)

const cumulativeOptions = ['axis', 'reverse', 'exclusive'] as const

/** `cumsum` with NaN taken as 0. NumPy and Keras: `nancumsum`. */
export const nancumsum = /* @__PURE__ */ operation(
  'nancumsum',
  (x: Tensor, options: CumulativeOptions = {}): Tensor => cumsum(known(x, 0), options),
  ['tensor', cumulativeOptions],
)

/** `cumprod` with NaN taken as 1. NumPy and Keras: `nancumprod`. */
export const nancumprod = /* @__PURE__ */ operation(
  'nancumprod',
  (x: Tensor, options: CumulativeOptions = {}): Tensor => cumprod(known(x, 1), options),
  ['tensor', cumulativeOptions],
)
