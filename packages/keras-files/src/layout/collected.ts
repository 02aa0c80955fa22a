import { FormatError, type WeightValue } from '@gradus/core'
import type { ResolveOptions, WeightOutline } from '@gradus/io'
import type { Values } from '../hdf5/read-hdf5.ts'

/** The values that were found for the weights of a model. */
export class Collected {
  private readonly values = new Map<string, WeightValue>()
  private readonly problems = new Map<string, string>()

  constructor(private readonly options: ResolveOptions) {}

  has(weights: readonly WeightOutline[]): boolean {
    return weights.every(({ path }) => this.values.has(path))
  }

  /** Takes the values of some weights, in their order. `place` is the name of the group in messages. */
  take(weights: readonly WeightOutline[], found: readonly Values[], place: string): void {
    if (weights.length !== found.length) {
      this.miss(weights, `${place} has ${found.length} weights, and the layer of the model ${weights.length}`)
      return
    }
    for (const [index, { path, shape, trainable }] of weights.entries()) {
      const value = found[index]!
      if (value.shape.join() !== shape.join() && !(shape.length === 0 && value.data.length === 1)) {
        const problem = `${place} has the shape [${value.shape.join(', ')}] at ${index}, and '${path}' has [${shape.join(', ')}]`
        this.miss([weights[index]!], problem)
      } else this.values.set(path, { ...value, shape, path, trainable })
    }
  }

  /** Adds values that are in no file. */
  add(values: readonly WeightValue[]): void {
    for (const value of values) this.values.set(value.path, value)
  }

  /** Notes why there are no values for some weights; another place may have them. */
  miss(weights: readonly WeightOutline[], problem: string): void {
    for (const { path } of weights) if (!this.problems.has(path)) this.problems.set(path, problem)
  }

  /** The values for the weights of a model. Throws `FormatError` for a weight without one, unless the options allow it. */
  all(weights: readonly WeightOutline[]): WeightValue[] {
    const { byName, skipMismatch } = this.options
    return weights.flatMap(({ path }) => {
      const value = this.values.get(path)
      if (value) return [value]
      if (byName || skipMismatch) return []
      const problem = this.problems.get(path) ?? 'the file has no such layer'
      throw new FormatError(
        `The file has no values for the weight '${path}': ${problem}. Build the same layers as the model that was saved, or load with { skipMismatch: true }.`,
      )
    })
  }
}
