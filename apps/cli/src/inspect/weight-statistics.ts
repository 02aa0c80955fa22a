import type { TypedArray } from '@gradus/tensor'

/** The number of bins of a histogram. */
const bins = 16

/** Figures of the values of a weight. Values that are not finite count only as such. */
export interface WeightStatistics {
  readonly min: number | null
  readonly max: number | null
  readonly mean: number | null
  /** The standard deviation of all values. */
  readonly std: number | null
  readonly zeros: number
  readonly notFinite: number
  /** The counts of values in equal parts of the range from `min` to `max`. */
  readonly histogram: readonly number[]
}

/** Computes the figures of values. */
export function statisticsOf(values: TypedArray): WeightStatistics {
  let [min, max, sum, zeros, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0]
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    count++
    if (value < min) min = value
    if (value > max) max = value
    if (value === 0) zeros++
    sum += value
  }
  const notFinite = values.length - count
  if (count === 0) return { min: null, max: null, mean: null, std: null, zeros, notFinite, histogram: [] }
  const mean = sum / count
  const histogram = new Array<number>(min === max ? 1 : bins).fill(0)
  let squares = 0
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    squares += (value - mean) ** 2
    const bin = min === max ? 0 : Math.min(bins - 1, Math.floor(((value - min) / (max - min)) * bins))
    histogram[bin]!++
  }
  return { min, max, mean, std: Math.sqrt(squares / count), zeros, notFinite, histogram }
}

const bars = ' ▁▂▃▄▅▆▇█'

/** A histogram as one line of bars; the highest has the most values. */
export function histogramLine(histogram: readonly number[]): string {
  const most = Math.max(...histogram)
  return histogram.map((count) => bars[count === 0 ? 0 : Math.max(1, Math.round((8 * count) / most))]).join('')
}
