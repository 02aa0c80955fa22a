/** The predictions with a confidence from `low` to `high`. */
interface Bin {
  readonly low: number
  readonly high: number
  readonly count: number
  /** The mean confidence. */
  readonly confidence: number
  /** The part of right predictions. */
  readonly accuracy: number
}

/** How well the confidence of predictions agrees with their accuracy. */
export interface Calibration {
  readonly bins: readonly Bin[]
  /** The expected calibration error: the mean of |confidence - accuracy| over bins, weighted by their samples. */
  readonly error: number
}

/**
 * Computes the calibration from the probability of the predicted class of each sample, and whether it is the true class, in
 * `count` bins of equal width. Source: Guo et al., On Calibration of Modern Neural Networks (2017).
 */
export function calibrationOf(samples: readonly { confidence: number; right: boolean }[], count = 10): Calibration {
  const sums = Array.from({ length: count }, () => ({ count: 0, confidence: 0, right: 0 }))
  for (const { confidence, right } of samples) {
    // a bin includes its upper end
    const sum = sums[Math.min(count - 1, Math.max(0, Math.ceil(confidence * count) - 1))]!
    sum.count++
    sum.confidence += confidence
    sum.right += Number(right)
  }
  const bins = sums.map((sum, index): Bin => {
    const n = Math.max(1, sum.count)
    const range = { low: index / count, high: (index + 1) / count }
    return { ...range, count: sum.count, confidence: sum.confidence / n, accuracy: sum.right / n }
  })
  const total = Math.max(1, samples.length)
  const error = bins.reduce((sum, bin) => sum + (bin.count / total) * Math.abs(bin.confidence - bin.accuracy), 0)
  return { bins, error }
}
