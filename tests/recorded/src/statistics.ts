export interface Statistics {
  readonly mean: number
  readonly std: number
  readonly min: number
  readonly max: number
  readonly kurtosis: number
  /** The share of zeros, 0 to 1. */
  readonly zeros: number
}

/** Moments and range of numbers. */
export function statisticsOf(values: ArrayLike<number>): Statistics {
  const n = values.length
  let sum = 0
  let zeros = 0
  let min = Infinity
  let max = -Infinity
  for (let i = 0; i < n; i++) {
    sum += values[i]!
    if (values[i] === 0) zeros++
    min = Math.min(min, values[i]!)
    max = Math.max(max, values[i]!)
  }
  const mean = sum / n
  let second = 0
  let fourth = 0
  for (let i = 0; i < n; i++) {
    const square = (values[i]! - mean) ** 2
    second += square
    fourth += square * square
  }
  return { mean, std: Math.sqrt(second / n), min, max, kurtosis: (fourth * n) / (second * second), zeros: zeros / n }
}
