import { requireSameShape, weightsLike } from '@gradus/core'
import {
  add,
  broadcastTo,
  cast,
  ceil,
  clip,
  cumsum,
  expandDims,
  formatShape,
  full,
  greater,
  iota,
  mul,
  notEqual,
  oneHot,
  reshape,
  ShapeError,
  scatterAdd,
  sliceAxis,
  sub,
  sum,
  type Tensor,
  tensor,
  topK,
  where,
} from '@gradus/tensor'

/** The weighted numbers of samples by class and prediction at each threshold: `[thresholds]` or `[thresholds, labels]`. */
export interface Confusion {
  readonly [key: string]: Tensor
  readonly truePositives: Tensor
  readonly falsePositives: Tensor
  readonly trueNegatives: Tensor
  readonly falseNegatives: Tensor
}

/** Labels and scores of one batch in the same shape, float32, with weights that broadcast against them. */
export interface Scored {
  readonly target: Tensor
  readonly prediction: Tensor
  readonly weight: Tensor | undefined
}

/** The options that choose what counts as a prediction. */
export interface ScoreOptions {
  /** Only the `topK` largest scores of the last axis can be positive. */
  readonly topK?: number | undefined
  /** Only this class of the last axis counts. */
  readonly classId?: number | undefined
}

/** The score of classes that are not among the `topK` largest, and the threshold that all others exceed. */
export const leastScore = -1e10

/** Prepares a batch. Throws `ShapeError` for shapes that do not fit, and for `topK` and `classId` without a class axis. */
export function scored(
  owner: string,
  [target, prediction]: readonly [target: Tensor, prediction: Tensor],
  weight: Tensor | undefined,
  { topK: most, classId }: ScoreOptions = {},
): Scored {
  requireSameShape(owner, target, prediction)
  let labels = cast(target, 'float32')
  let scores = cast(prediction, 'float32')
  const weights = weight && weightsLike(scores, weight)
  if (most !== undefined) scores = onlyLargest(scores, most)
  if (classId === undefined) return { target: labels, prediction: scores, weight: weights }
  if (scores.rank < 2 || classId >= scores.shape.at(-1)!) {
    throw new ShapeError(
      `${owner}: there is no class ${classId} in predictions of shape ${formatShape(prediction.shape)}; classId counts from 0 along the last axis of [batch, classes].`,
    )
  }
  const ofClass = (x: Tensor) => sliceAxis(x, x.rank - 1, classId, 1)
  labels = ofClass(labels)
  scores = ofClass(scores)
  return {
    target: labels,
    prediction: scores,
    weight: weights?.shape.at(-1) === 1 ? weights : weights && ofClass(weights),
  }
}

/**
 * Counts a batch at each threshold: predictions above it are positive, labels other than 0 are. With `perLabel` columns are counted
 * separately. Thresholds at equal distances from 0 to 1 (`even`) are counted in buckets, as in Keras, so that rounding agrees.
 */
export function confusionOf(
  { target, prediction, weight }: Scored,
  thresholds: readonly number[],
  { perLabel = false, even = areEven(thresholds) }: { perLabel?: boolean; even?: boolean } = {},
): Confusion {
  const columns = perLabel ? prediction.shape[1]! : 1
  const rows = prediction.size / Math.max(1, columns)
  const flat = (x: Tensor) => reshape(broadcastTo(x, prediction.shape), [rows, columns])
  const positive = cast(notEqual(flat(target), 0), 'float32')
  const counted = weight ? flat(weight) : full([], 1)
  const scores = flat(prediction)
  const positives = mul(positive, counted)
  const negatives = mul(sub(1, positive), counted)
  const split = (weights: Tensor) =>
    even ? splitByBucket(scores, weights, thresholds) : splitByThreshold(scores, weights, thresholds)
  const [truePositives, falseNegatives] = split(positives)
  const [falsePositives, trueNegatives] = split(negatives)
  const confusion = { truePositives, falsePositives, trueNegatives, falseNegatives }
  if (perLabel) return confusion
  const vector = (x: Tensor) => reshape(x, [thresholds.length])
  return {
    truePositives: vector(confusion.truePositives),
    falsePositives: vector(confusion.falsePositives),
    trueNegatives: vector(confusion.trueNegatives),
    falseNegatives: vector(confusion.falseNegatives),
  }
}

/** Adds the counts of a batch to those before, for the keys of `state`. */
export function addCounts<S extends Readonly<Record<string, Tensor>>>(state: S, batch: Confusion): S {
  return Object.fromEntries(Object.entries(state).map(([key, count]) => [key, add(count, batch[key]!)])) as unknown as S
}

/** Whether there are three thresholds or more at equal distances from 0 to 1. */
export function areEven(thresholds: readonly number[]): boolean {
  const last = thresholds.length - 1
  return last >= 2 && thresholds.every((t, index) => Math.abs(t - index / last) <= 1e-7 + (1e-5 * index) / last)
}

/** The sums of weights of the scores above each threshold, and of the others: `[thresholds, columns]`. */
type Split = readonly [above: Tensor, below: Tensor]

function splitByThreshold(scores: Tensor, weights: Tensor, thresholds: readonly number[]): Split {
  const limits = reshape(tensor(thresholds), [thresholds.length, 1, 1])
  const above = greater(expandDims(scores, 0), limits)
  const weight = expandDims(weights, 0)
  return [sum(where(above, weight, 0), { axis: 1 }), sum(where(above, 0, weight), { axis: 1 })]
}

// A score exceeds the thresholds up to its bucket. Scores of 0 exceed none, unless the first threshold is below 0.
function splitByBucket(scores: Tensor, weights: Tensor, thresholds: readonly number[]): Split {
  const [rows, columns] = scores.shape as [number, number]
  const count = thresholds.length
  const least = thresholds[0]! < 0 ? 0 : -1
  const place = sub(ceil(mul(clip(scores, 0, 1), count - 1)), 1)
  const bucket = cast(where(greater(place, least), place, least), 'int32')
  // the first bucket is that of scores that exceed no threshold
  const position = add(mul(add(bucket, 1), columns), iota([rows, columns], 1))
  const flat = (x: Tensor) => reshape(x, [rows * columns])
  const sums = scatterAdd(full([(count + 1) * columns], 0), flat(position), flat(broadcastTo(weights, scores.shape)))
  const buckets = reshape(sums, [count + 1, columns])
  return [
    cumsum(sliceAxis(buckets, 0, 1, count), { axis: 0, reverse: true }),
    cumsum(sliceAxis(buckets, 0, 0, count), { axis: 0 }),
  ]
}

function onlyLargest(scores: Tensor, most: number): Tensor {
  const classes = scores.shape.at(-1)!
  const chosen = sum(oneHot(topK(scores, most).indices, classes), { axis: -2 })
  return where(greater(chosen, 0), scores, leastScore)
}
