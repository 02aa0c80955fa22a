import { DataError, type HostArray } from '@gradus/core'
import { formatShape, type Shape } from '@gradus/tensor'

/**
 * Mean and variance over successive batches, in float64, over all axes except some kept ones (never the first, the batch).
 * Batches are merged by the method of Chan, Golub and LeVeque (1979), which loses no digits if the mean is much larger than
 * the deviations.
 */
export class RunningMoments {
  /** The sizes of the kept axes. */
  readonly shape: Shape
  readonly mean: Float64Array
  /** Sums of squared deviations from the mean. */
  private readonly squares: Float64Array
  private count = 0

  /** `first` is the shape of the first batch, `kept` the kept axes in ascending order. */
  constructor(
    private readonly first: Shape,
    private readonly kept: readonly number[],
  ) {
    this.shape = kept.map((axis) => first[axis]!)
    const size = this.shape.reduce((product, d) => product * d, 1)
    this.mean = new Float64Array(size)
    this.squares = new Float64Array(size)
  }

  /** The variance: the mean of squared deviations. */
  get variance(): Float64Array {
    return this.squares.map((sum) => sum / this.count)
  }

  /** Adds a batch. Throws `DataError` where its kept axes differ from those of the first one. */
  add({ data, shape }: HostArray): void {
    this.checkShape(shape)
    const meanIndices = this.meanIndicesOf(shape)
    const count = data.length / this.mean.length
    if (count === 0) return
    const sums = new Float64Array(this.mean.length)
    data.forEach((value, i) => {
      sums[meanIndices[i % meanIndices.length]!]! += value
    })
    const means = sums.map((sum) => sum / count)
    const squares = new Float64Array(this.mean.length)
    data.forEach((value, i) => {
      const index = meanIndices[i % meanIndices.length]!
      squares[index]! += (value - means[index]!) ** 2
    })
    const total = this.count + count
    means.forEach((mean, index) => {
      const change = mean - this.mean[index]!
      this.mean[index]! += (change * count) / total
      this.squares[index]! += squares[index]! + (change * change * this.count * count) / total
    })
    this.count = total
  }

  /** For each element of a sample the index of its mean. */
  private meanIndicesOf(shape: Shape): number[] {
    let indices = [0]
    for (let axis = 1; axis < shape.length; axis++) {
      const positions = Array.from({ length: shape[axis]! }, (_, position) => position)
      const kept = this.kept.includes(axis)
      indices = indices.flatMap((index) =>
        positions.map((position) => (kept ? index * positions.length + position : index)),
      )
    }
    return indices
  }

  private checkShape(shape: Shape): void {
    const { first, kept } = this
    if (shape.length === first.length && kept.every((axis) => shape[axis] === first[axis])) return
    const expected = first.map((d, axis) => (kept.includes(axis) ? d : null))
    throw new DataError(
      `A batch of shape ${formatShape(shape)} follows one of shape ${formatShape(first)}; expected ${formatShape(expected)}, because there is one mean for each position along the axes ${formatShape(kept)}. Give all batches these sizes.`,
    )
  }
}
