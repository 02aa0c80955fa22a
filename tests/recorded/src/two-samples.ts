/**
 * The rank sum of `a` among `a` and `b` as a standard score (Mann and Whitney): how far one sample lies above the other. About
 * normally distributed if both come from one distribution, whatever that is. Equal values have their mean rank.
 */
export function rankScore(a: readonly number[], b: readonly number[]): number {
  const all = [...a, ...b]
  const rankOf = (value: number) => {
    const below = all.filter((other) => other < value).length
    const same = all.filter((other) => other === value).length
    return below + (same + 1) / 2
  }
  const total = a.reduce((sum, value) => sum + rankOf(value), 0)
  const mean = (a.length * (all.length + 1)) / 2
  const ranks = all.map(rankOf)
  const middle = (all.length + 1) / 2
  // the variance of the ranks, which is smaller with equal values
  const spread = ranks.reduce((sum, rank) => sum + (rank - middle) ** 2, 0) / (all.length - 1)
  const deviation = Math.sqrt((a.length * b.length * spread) / all.length)
  return deviation === 0 ? 0 : (total - mean) / deviation
}

/** The share of `values` within the range of `others`, widened by its width on both sides. */
export function shareInRange(values: readonly number[], others: readonly number[]): number {
  const [low, high] = [Math.min(...others), Math.max(...others)]
  const width = high - low
  return values.filter((value) => value >= low - width && value <= high + width).length / values.length
}
