import { add, any, cast, greater, isNan, lessEqual, logicalAnd, oneHot, sum, type Tensor, where } from '@gradus/tensor'

/** The options of metrics of the `k` most probable classes. */
export const topKFields = {
  /** The number of most probable classes that count. */
  k: { type: 'integer', min: 1, default: 5 },
} as const

/**
 * Returns 1 where fewer than `k` classes (last axis) are more probable than the labeled one, otherwise 0. Ties count as less
 * probable. NaN and labels outside the classes give 0.
 */
export function inTopK(labels: Tensor, prediction: Tensor, k: number): Tensor {
  const isLabel = oneHot(labels, prediction.shape.at(-1)!, { dtype: 'bool' })
  const labelScore = sum(where(isLabel, prediction, 0), { axis: -1, keepDims: true })
  const score = where(isNan(labelScore), Number.NEGATIVE_INFINITY, labelScore)
  const rank = add(sum(cast(greater(prediction, score), 'float32'), { axis: -1 }), 1)
  return cast(logicalAnd(lessEqual(rank, k), any(isLabel, { axis: -1 })), 'float32')
}
