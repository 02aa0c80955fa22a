/** Mean, deviation, range and quantiles of numbers that come one at a time. */
export class Moments {
  count = 0
  mean = 0
  low = Number.POSITIVE_INFINITY
  high = Number.NEGATIVE_INFINITY
  private squares = 0
  private readonly sample: number[] = []
  private random = 1

  add(value: number): void {
    this.count++
    const delta = value - this.mean
    this.mean += delta / this.count
    this.squares += delta * (value - this.mean)
    if (value < this.low) this.low = value
    if (value > this.high) this.high = value
    if (this.sample.length < sampleSize) this.sample.push(value)
    else {
      // each of the values so far is in the sample with the same probability
      this.random = (Math.imul(this.random, 1664525) + 1013904223) >>> 0
      const position = Math.floor((this.random / 2 ** 32) * this.count)
      if (position < sampleSize) this.sample[position] = value
    }
  }

  /** The deviation of the values, divided by their number. */
  get deviation(): number {
    return this.count === 0 ? 0 : Math.sqrt(this.squares / this.count)
  }

  /** The value below which the part `part` (0 to 1) of the values lie: exact up to 10 000 values, then of a sample of so many. */
  quantile(part: number): number {
    if (this.sample.length === 0) return 0
    const sorted = this.sample.sort((a, b) => a - b)
    const position = part * (sorted.length - 1)
    const [low, high] = [sorted[Math.floor(position)]!, sorted[Math.ceil(position)]!]
    return low + (high - low) * (position - Math.floor(position))
  }
}

const sampleSize = 10_000
