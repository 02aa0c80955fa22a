import { requireSameShape } from '@gradus/core'
import {
  add,
  cast,
  div,
  equal,
  expandDims,
  formatShape,
  greaterEqual,
  isFloat,
  less,
  log,
  logicalAnd,
  mean,
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
  Tensor,
  where,
} from '@gradus/tensor'
import { clipProbability, smoothLabels } from './probability.ts'

/** The int32 that stands for labels with decimals, infinite ones and NaN. */
const noClass = -(2 ** 31)

function requireTensors(name: string, ...values: readonly unknown[]): void {
  if (values.every((value) => value instanceof Tensor)) return
  throw new TypeError(`${name} takes two tensors, targets and predictions. Make them with tensor(...).`)
}

/** Options of `binaryCrossentropy` and `categoricalCrossentropy`. */
export interface CrossentropyOptions {
  /** Whether predictions are logits; by default they are probabilities. */
  readonly fromLogits?: boolean
  /** The part of the target that is distributed evenly over the classes, 0 to 1. */
  readonly labelSmoothing?: number
  /** The axis of the classes; for `binaryCrossentropy`, of the mean. Default -1. */
  readonly axis?: number
}

/** Options of `sparseCategoricalCrossentropy`. */
export interface SparseCrossentropyOptions {
  /** Whether predictions are logits; by default they are probabilities. */
  readonly fromLogits?: boolean
  /** Samples of this class have a loss of 0. */
  readonly ignoreClass?: number
  /** The axis of the classes. Default -1. */
  readonly axis?: number
}

/**
 * Returns -t log(p) - (1 - t) log(1 - p), averaged over `axis`. Targets are 0 to 1 and have the shape of the predictions; other
 * shapes throw `ShapeError`. Source: Keras `losses.binary_crossentropy`.
 *
 * @example
 * import { binaryCrossentropy } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * const loss = binaryCrossentropy(tensor([[1], [0]]), tensor([[0], [0]]), { fromLogits: true })
 * loss.array().map((x) => x.toFixed(4)) // => ['0.6931', '0.6931']
 */
export function binaryCrossentropy(
  target: Tensor,
  prediction: Tensor,
  { fromLogits, labelSmoothing = 0, axis = -1 }: CrossentropyOptions = {},
): Tensor {
  requireSameShape('binaryCrossentropy', target, prediction)
  const smooth = smoothLabels(target, labelSmoothing, 2)
  if (fromLogits) return mean(sigmoidCrossEntropy(prediction, smooth), { axis })
  const p = clipProbability(prediction)
  return mean(neg(add(mul(smooth, log(p)), mul(sub(1, smooth), log(sub(1, p))))), { axis })
}

/**
 * Returns -sum(t log(p)) along `axis`, for one-hot or soft targets in the shape of the predictions; other shapes throw
 * `ShapeError`. Probabilities are divided by their sum first. Source: Keras `losses.categorical_crossentropy` (JAX and torch).
 *
 * @example
 * import { categoricalCrossentropy } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * const loss = categoricalCrossentropy(tensor([[0, 1, 0]]), tensor([[0.05, 0.95, 0]]))
 * loss.array().map((x) => x.toFixed(4)) // => ['0.0513']
 */
export function categoricalCrossentropy(
  target: Tensor,
  prediction: Tensor,
  { fromLogits, labelSmoothing = 0, axis = -1 }: CrossentropyOptions = {},
): Tensor {
  requireTensors('categoricalCrossentropy', target, prediction)
  requireSameShape('categoricalCrossentropy', target, prediction)
  const classes = prediction.shape[normalizeAxis('categoricalCrossentropy', axis, prediction.rank)]!
  const smooth = smoothLabels(target, labelSmoothing, classes)
  if (fromLogits) return softmaxCrossEntropy(prediction, smooth, { axis })
  const p = clipProbability(div(prediction, sum(prediction, { axis, keepDims: true })))
  return neg(sum(mul(smooth, log(p)), { axis }))
}

/**
 * Returns -log of the probability of the target class. Targets are class numbers of any dtype, in the shape of the predictions
 * without `axis`, or with size 1 there; other shapes throw `ShapeError`. The loss of a number that is no class is NaN, as in
 * TensorFlow on GPUs. Source: Keras `losses.sparse_categorical_crossentropy`.
 *
 * @example
 * import { sparseCategoricalCrossentropy } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * sparseCategoricalCrossentropy(tensor([1]), tensor([[100, 0]]), { fromLogits: true }).array() // => [100]
 */
export function sparseCategoricalCrossentropy(
  target: Tensor,
  prediction: Tensor,
  { fromLogits, ignoreClass, axis = -1 }: SparseCrossentropyOptions = {},
): Tensor {
  requireTensors('sparseCategoricalCrossentropy', target, prediction)
  const along = normalizeAxis('sparseCategoricalCrossentropy', axis, prediction.rank)
  const classes = prediction.shape[along]!
  const labels = classNumbers(target, prediction, axis)
  const one = oneHot(labels, classes, { dtype: prediction.dtype, axis: along })
  // a row of zeros would have the loss 0, and would train without a word
  const isClass = logicalAnd(greaterEqual(labels, 0), less(labels, classes))
  const lossOf = (scores: Tensor) =>
    where(isClass, categoricalCrossentropy(one, scores, { fromLogits, axis }), Number.NaN)
  if (ignoreClass === undefined) return lossOf(prediction)
  // predictions of ignored samples are replaced by 1, so that a NaN in them has no effect
  const counts = notEqual(labels, ignoreClass)
  return where(counts, lossOf(where(expandDims(counts, along), prediction, 1)), 0)
}

/**
 * Converts class numbers to int32 in the shape of `prediction` without `axis`. Numbers with decimals and NaN become -2147483648,
 * which is no class. Throws `ShapeError` for other shapes.
 *
 * @example
 * import { classNumbers } from '@gradus/losses'
 * import { tensor, zeros } from '@gradus/tensor'
 * classNumbers(tensor([[2], [0]]), zeros([2, 3])).array() // => [2, 0]
 */
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
  const numbers = cast(labels, 'int32')
  return isFloat(labels.dtype) ? where(equal(cast(numbers, labels.dtype), labels), numbers, noClass) : numbers
}
