import { add, any, cast, greater, isNan, lessEqual, logicalAnd, oneHot, sum, type Tensor, where } from '@gradus/tensor'

/**
 * 1 where fewer than `k` classes (last axis) are more probable than the labelled one, else 0. Ties count in the label's
 * favour, NaN and labels outside the classes against it.
 */
export function inTopK(labels: Tensor, prediction: Tensor, k: number): Tensor {
  const labelled = oneHot(labels, prediction.shape.at(-1)!, { dtype: 'bool' })
  const own = sum(where(labelled, prediction, 0), { axis: -1, keepDims: true })
  const score = where(isNan(own), Number.NEGATIVE_INFINITY, own)
  const rank = add(sum(cast(greater(prediction, score), 'float32'), { axis: -1 }), 1)
  return cast(logicalAnd(lessEqual(rank, k), any(labelled, { axis: -1 })), 'float32')
}
