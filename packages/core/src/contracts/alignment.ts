import {
  cast,
  div,
  equal,
  expandDims,
  formatShape,
  ShapeError,
  sameShape,
  squeeze,
  type Tensor,
  where,
} from '@gradus/tensor'

/** Casts predictions to the dtype in which losses and metrics compute: float64 stays, anything else becomes float32. */
export function asFloat(prediction: Tensor): Tensor {
  return prediction.dtype === 'float64' ? prediction : cast(prediction, 'float32')
}

/**
 * Makes the ranks of target and prediction equal if they differ by a last axis of size 1, as Keras's
 * `squeeze_or_expand_to_same_rank`. Otherwise both are returned as they are.
 */
export function alignRanks(target: Tensor, prediction: Tensor): { target: Tensor; prediction: Tensor } {
  if (target.rank > prediction.rank) {
    const [a, b] = alignLast(target, prediction)
    return { target: a, prediction: b }
  }
  const [b, a] = alignLast(prediction, target)
  return { target: a, prediction: b }
}

/** Throws `ShapeError` unless target and prediction have the same shape: broadcasting them would hide a mistake. */
export function requireSameShape(owner: string, target: Tensor, prediction: Tensor): void {
  if (sameShape(target.shape, prediction.shape)) return
  throw new ShapeError(
    `${owner}: the targets have shape ${formatShape(target.shape)} and the predictions ${formatShape(prediction.shape)}; ` +
      'they must be equal. Check the units of the last layer, or whether the targets should be one-hot.',
  )
}

/**
 * Returns sample weights as float32 in the rank of `values`, so that they can be multiplied: weights `[batch]` of values `[batch, 1]`
 * or `[batch, steps]` become `[batch, 1]`. A last axis of size 1 that the values lack is dropped. Throws `ShapeError` for weights
 * that do not fit. Multiplied as they are, `[batch]` and `[batch, 1]` would become `[batch, batch]`.
 *
 * @example
 * import { weightsLike } from '@gradus/core'
 * import { mul, tensor } from '@gradus/tensor'
 * const values = tensor([[1], [2]])
 * mul(values, weightsLike(values, tensor([3, 5]))).array() // => [[3], [10]]
 */
export function weightsLike(values: Tensor, weight: Tensor): Tensor {
  let aligned = cast(weight, 'float32')
  if (aligned.rank === values.rank + 1 && aligned.shape.at(-1) === 1) aligned = squeeze(aligned, -1)
  while (aligned.rank < values.rank) aligned = expandDims(aligned, -1)
  if (aligned.rank === values.rank && aligned.shape.every((d, axis) => d === 1 || d === values.shape[axis]))
    return aligned
  throw new ShapeError(
    `Sample weights of shape ${formatShape(weight.shape)} do not fit values of shape ${formatShape(values.shape)}; ` +
      `give one weight per sample or one per value.`,
  )
}

/** `a / b` elementwise, and 0 where b is 0. */
export function divideNoNan(a: Tensor, b: Tensor): Tensor {
  const zero = equal(b, 0)
  return where(zero, 0, div(a, where(zero, 1, b)))
}

// `high` has the higher rank (or the same)
function alignLast(high: Tensor, low: Tensor): [Tensor, Tensor] {
  if (high.rank !== low.rank + 1 || high.shape.at(-1) !== 1) return [high, low]
  return low.rank === 1 ? [high, expandDims(low, -1)] : [squeeze(high, -1), low]
}
