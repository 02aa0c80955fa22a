import { DataError, type HostArray } from '@gradus/core'
import { formatShape, type Shape } from '@gradus/tensor'

/**
 * Mean and variance of batches that come one after the other, in float64, over all axes but some (not the first one, which
 * counts samples). Batches are merged by the method of Chan, Golub and LeVeque (1979), which loses no digits where the mean
 * is large beside the deviations.
 */
export class RunningMoments {
  /** The sizes of the kept axes. */
  readonly shape: Shape
  readonly mean: Float64Array
  /** Sums of squared deviations from the mean. */
  private readonly squares: Float64Array
  private count = 0

  /** `first` is the shape of the first batch, `kept` the axes that are kept, in ascending order. */
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
    this.requireAlike(shape)
    const cells = this.cellsOf(shape)
    const count = data.length / this.mean.length
    if (count === 0) return
    const sums = new Float64Array(this.mean.length)
    data.forEach((value, i) => {
      sums[cells[i % cells.length]!]! += value
    })
    const means = sums.map((sum) => sum / count)
    const squares = new Float64Array(this.mean.length)
    data.forEach((value, i) => {
      const cell = cells[i % cells.length]!
      squares[cell]! += (value - means[cell]!) ** 2
    })
    const total = this.count + count
    means.forEach((mean, cell) => {
      const change = mean - this.mean[cell]!
      this.mean[cell]! += (change * count) / total
      this.squares[cell]! += squares[cell]! + (change * change * this.count * count) / total
    })
    this.count = total
  }

  /** For each place within a sample the place of its mean. */
  private cellsOf(shape: Shape): number[] {
    let cells = [0]
    for (let axis = 1; axis < shape.length; axis++) {
      const places = Array.from({ length: shape[axis]! }, (_, place) => place)
      const kept = this.kept.includes(axis)
      cells = cells.flatMap((cell) => places.map((place) => (kept ? cell * places.length + place : cell)))
    }
    return cells
  }

  private requireAlike(shape: Shape): void {
    const { first, kept } = this
    if (shape.length === first.length && kept.every((axis) => shape[axis] === first[axis])) return
    const expected = first.map((d, axis) => (kept.includes(axis) ? d : null))
    throw new DataError(
      `A batch of shape ${formatShape(shape)} follows one of shape ${formatShape(first)}; expected ${formatShape(expected)}, because there is a mean for each place of the axes ${formatShape(kept)}. Give all batches these sizes.`,
    )
  }
}
