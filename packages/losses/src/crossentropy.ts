import { requireSameShape } from '@gradus/core'
import {
  add,
  cast,
  div,
  expandDims,
  formatShape,
  log,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  normalizeAxis,
  notEqual,
  oneHot,
  ShapeError,
  sameShape,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  squeeze,
  sub,
  sum,
  type Tensor,
  where,
} from '@gradus/tensor'

/** Probabilities are kept this far from 0 and 1 before their logarithm is taken (Keras's `epsilon()`). */
export const epsilon = 1e-7

export interface CrossentropyOptions {
  /** Whether predictions are logits; by default they are probabilities. */
  readonly fromLogits?: boolean
  /** How much of the target is spread evenly over the outcomes, 0 to 1. */
  readonly labelSmoothing?: number
  /** The axis of the classes (of the mean, for the binary one). Default -1. */
  readonly axis?: number
}

export interface SparseCrossentropyOptions {
  readonly fromLogits?: boolean
  /** The class whose samples count as 0. */
  readonly ignoreClass?: number
  /** The axis of the classes. Default -1. */
  readonly axis?: number
}

/**
 * -t log(p) - (1 - t) log(1 - p), averaged over `axis`; targets from 0 to 1 in the shape of the predictions.
 * Source: Keras `losses.binary_crossentropy`.
 */
export function binaryCrossentropy(
  target: Tensor,
  prediction: Tensor,
  { fromLogits, labelSmoothing = 0, axis = -1 }: CrossentropyOptions = {},
): Tensor {
  requireSameShape('binaryCrossentropy', target, prediction)
  const smooth = labelSmoothing ? add(mul(target, 1 - labelSmoothing), 0.5 * labelSmoothing) : target
  if (fromLogits) return mean(sigmoidCrossEntropy(prediction, smooth), { axis })
  const p = clipProbability(prediction)
  return mean(neg(add(mul(smooth, log(p)), mul(sub(1, smooth), log(sub(1, p))))), { axis })
}

/**
 * -sum(t log(p)) along `axis`, for one-hot or soft targets in the shape of the predictions. Probabilities are divided by
 * their sum first. Source: Keras `losses.categorical_crossentropy` (JAX and torch).
 */
export function categoricalCrossentropy(
  target: Tensor,
  prediction: Tensor,
  { fromLogits, labelSmoothing = 0, axis = -1 }: CrossentropyOptions = {},
): Tensor {
  requireSameShape('categoricalCrossentropy', target, prediction)
  const classes = prediction.shape[normalizeAxis('categoricalCrossentropy', axis, prediction.rank)]!
  const smooth = labelSmoothing ? add(mul(target, 1 - labelSmoothing), labelSmoothing / classes) : target
  if (fromLogits) return softmaxCrossEntropy(prediction, smooth, { axis })
  const p = clipProbability(div(prediction, sum(prediction, { axis, keepDims: true })))
  return neg(sum(mul(smooth, log(p)), { axis }))
}

/**
 * -log of the probability of the target class; targets are class numbers of any dtype, in the shape of the predictions
 * without `axis` (or with size 1 there). A number outside the classes gives 0. Source: Keras
 * `losses.sparse_categorical_crossentropy` (JAX and torch).
 */
export function sparseCategoricalCrossentropy(
  target: Tensor,
  prediction: Tensor,
  { fromLogits, ignoreClass, axis = -1 }: SparseCrossentropyOptions = {},
): Tensor {
  const along = normalizeAxis('sparseCategoricalCrossentropy', axis, prediction.rank)
  const classes = prediction.shape[along]!
  const labels = classNumbers(target, prediction, axis)
  const one = oneHot(labels, classes, { dtype: prediction.dtype, axis: along })
  if (ignoreClass === undefined) return categoricalCrossentropy(one, prediction, { fromLogits, axis })
  // ignored predictions become even ones, so that no NaN in them can reach the others
  const counts = notEqual(labels, ignoreClass)
  const even = where(expandDims(counts, along), prediction, 1)
  return where(counts, categoricalCrossentropy(one, even, { fromLogits, axis }), 0)
}

/** Class numbers as int32 in the shape of `prediction` without `axis`, or a `ShapeError`. */
export function classNumbers(target: Tensor, prediction: Tensor, axis = -1): Tensor {
  const along = normalizeAxis('classNumbers', axis, prediction.rank)
  const expected = prediction.shape.filter((_, index) => index !== along)
  const column = target.rank === prediction.rank && target.shape[along] === 1
  const labels = column ? squeeze(target, along) : target
  if (!sameShape(labels.shape, expected)) {
    throw new ShapeError(
      `Targets of shape ${formatShape(target.shape)} are not class numbers for predictions of shape ${formatShape(prediction.shape)}; ` +
        `expected ${formatShape(expected)}. For one-hot targets use CategoricalCrossentropy or CategoricalAccuracy.`,
    )
  }
  return cast(labels, 'int32')
}

function clipProbability(p: Tensor): Tensor {
  return minimum(maximum(p, epsilon), 1 - epsilon)
}
