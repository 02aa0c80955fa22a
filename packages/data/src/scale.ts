import { type ArrayData, DataError, describeValue, type HostArray, toHostArray } from '@gradus/core'
import { isFloat, type Tensor } from '@gradus/tensor'
import { hostArray } from '@gradus/tensor/internals'

/** The smallest and largest value of each feature (last dimension). Plain data, which can be saved with a model. */
export interface FeatureRange {
  readonly low: readonly number[]
  readonly high: readonly number[]
}

/**
 * Returns the range of each feature of `x`, `[..., features]`. Throws `DataError` for values that are not finite and for empty
 * `x`.
 */
export function featureRange(x: Exclude<ArrayData, Tensor>): FeatureRange {
  const { data, shape } = toHostArray(x, 'x')
  const width = shape.at(-1) ?? 1
  if (data.length === 0) throw new DataError('x has no samples, so its features have no range.')
  const low = new Array<number>(width).fill(Number.POSITIVE_INFINITY)
  const high = new Array<number>(width).fill(Number.NEGATIVE_INFINITY)
  data.forEach((value, index) => {
    const feature = index % width
    if (!Number.isFinite(value)) throw new DataError(`Feature ${feature} of x holds ${value}; expected finite numbers.`)
    low[feature] = Math.min(low[feature]!, value)
    high[feature] = Math.max(high[feature]!, value)
  })
  return { low, high }
}

/**
 * Scales each feature to the range 0 to 1: `(x - low) / (high - low)`; a feature with only one value becomes 0. Use the range of
 * the training data for all data. Returns an array of the same shape; integers become float32. Throws `DataError` if the range
 * has another number of features.
 *
 * @example
 * import { featureRange, scaleToUnit } from '@gradus/data'
 * const x = [[0, 5], [10, 5], [5, 5]]
 * scaleToUnit(x, featureRange(x)).data // => [0, 0, 1, 0, 0.5, 0]
 */
export function scaleToUnit(x: Exclude<ArrayData, Tensor>, range: FeatureRange): HostArray {
  if (!Array.isArray(range?.low) || !Array.isArray(range.high)) {
    throw new DataError(
      `scaleToUnit takes the range of each feature, as in scaleToUnit(x, featureRange(x)), and got ${describeValue(range)}.`,
    )
  }
  const { low, high } = range
  const { data, shape, dtype } = toHostArray(x, 'x')
  const width = shape.at(-1) ?? 1
  if (low.length !== width || high.length !== width) {
    throw new DataError(
      `x has ${width} features and the range has ${low.length}. Use the range of data with the same features.`,
    )
  }
  const type = isFloat(dtype) ? dtype : 'float32'
  const result = hostArray(type, data.length)
  for (let i = 0; i < data.length; i++) {
    const feature = i % width
    const span = high[feature]! - low[feature]!
    result[i] = span === 0 ? 0 : (data[i]! - low[feature]!) / span
  }
  return { data: result, shape, dtype: type }
}
