// The boundaries of bins with about equal numbers of values, from a summary of the values: pairs of values and weights, in
// ascending order of the values. The numbers are those of Keras: float32 values, steps of `epsilon`.

/** Values that stand for others, and the number of values for which each stands. */
export interface Summary {
  readonly values: Float32Array
  readonly weights: Float32Array
}

/** A summary of values, to which those of `earlier` are added. It has about 1 / epsilon entries at most. */
export function summarize(data: ArrayLike<number>, epsilon: number, earlier: Summary | undefined): Summary {
  const sorted = Float32Array.from(data).sort()
  const step = Math.max(sorted.length * epsilon, 1)
  const values = sorted.filter((_, index) => {
    const offset = index - Math.floor(step - 1)
    return offset >= 0 && offset % Math.floor(step) === 0
  })
  const entries = Array.from(values, (value) => [value, Math.fround(step)] as const)
  earlier?.values.forEach((value, index) => void entries.push([value, earlier.weights[index]!]))
  entries.sort(([a], [b]) => a - b)
  const merged = {
    values: Float32Array.from(entries, ([value]) => value),
    weights: Float32Array.from(entries, ([, weight]) => weight),
  }
  return compress(merged, epsilon)
}

/** The numBins - 1 boundaries between bins. */
export function boundariesOf(summary: Summary, numBins: number): number[] {
  return [...compress(summary, 1 / numBins).values.slice(0, -1)]
}

/** A summary at the multiples of `epsilon` of the total weight, by linear interpolation; short ones stay. */
function compress(summary: Summary, epsilon: number): Summary {
  if (summary.values.length * epsilon < 1) return summary
  let total = 0
  const sums = Float32Array.from(summary.weights, (weight) => (total = Math.fround(total + weight)))
  const shares = sums.map((sum) => sum / total)
  const places = Array.from({ length: Math.ceil(1 / epsilon) }, (_, index) => epsilon + index * epsilon)
  const values = places.map((place) => interpolate(place, shares, summary.values))
  const weights = places.map((place) => interpolate(place, shares, sums))
  return {
    values: Float32Array.from(values),
    weights: Float32Array.from(weights, (sum, index) => sum - (weights[index - 1] ?? 0)),
  }
}

/** The value at `x` of the function through the points (xs[i], ys[i]), constant outside. */
function interpolate(x: number, xs: Float32Array, ys: Float32Array): number {
  const next = xs.findIndex((value) => value > x)
  if (next < 0) return ys.at(-1)!
  if (next === 0) return ys[0]!
  const [x0, x1, y0, y1] = [xs[next - 1]!, xs[next]!, ys[next - 1]!, ys[next]!]
  return y0 + ((y1 - y0) / (x1 - x0)) * (x - x0)
}
