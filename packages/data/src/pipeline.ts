import {
  type ArrayData,
  type Batch,
  ConfigError,
  DataError,
  type Dataset,
  describeValue,
  type InputData,
  type Named,
  sampleCount,
  toNamedArrays,
  toNamedValues,
} from '@gradus/core'
import type { ElementData } from './element.ts'
import {
  batchStage,
  type ElementSource,
  filterStage,
  iterableStage,
  mapStage,
  prefetchStage,
  repeatStage,
  rowsStage,
  type Stage,
  shuffleStage,
  sliceStage,
} from './stages.ts'

/** Where a pipeline stands: the pass and how many of its elements were handed out. Plain data. */
export interface PipelineState {
  readonly pass: number
  readonly position: number
}

export interface ShuffleOptions {
  /** The same seed gives the same orders (default 0). */
  readonly seed?: number
  /** Elements held to choose from; by default all of them. */
  readonly buffer?: number
  /** Whether every pass has an order of its own (default true). */
  readonly reshuffle?: boolean
}

/**
 * A source of samples or batches with the steps that prepare them. Every method gives a new pipeline and leaves this one
 * as it is; nothing is read before a walk. Walking it twice gives two passes, which differ only where `shuffle` says so.
 *
 * `state()` and `restore()` take up a walk exactly where it was, even within a pass, as long as the source and the functions
 * given to `map` and `filter` give the same values again.
 *
 * @example
 * import { fromArrays } from '@gradus/data'
 * const data = await fromArrays({ x: [[1], [2], [3]], y: [0, 1, 0] })
 * const sizes = []
 * for await (const batch of data.shuffle({ seed: 7 }).batch(2)) sizes.push(batch.x.shape[0])
 * sizes // => [2, 1]
 */
export class Pipeline implements Dataset {
  private pass = 0
  private position = 0
  private begun = false

  constructor(private readonly stage: Stage) {}

  /** Elements per pass, where known; infinite after `repeat()`. */
  get length(): number | undefined {
    return this.stage.length
  }

  /** Every element changed by a function, which may give numbers and arrays of any form. */
  map(change: (element: Batch) => ElementData | Promise<ElementData>): Pipeline {
    return new Pipeline(mapStage(this.stage, change))
  }

  /** The elements for which `keep` is true. */
  filter(keep: (element: Batch) => boolean | Promise<boolean>): Pipeline {
    return new Pipeline(filterStage(this.stage, keep))
  }

  /** The elements in a random order that depends on the seed and the pass only. */
  shuffle({ seed = 0, buffer, reshuffle = true }: ShuffleOptions = {}): Pipeline {
    if (!Number.isInteger(seed))
      throw new ConfigError(`shuffle: 'seed' must be a whole number and is ${describeValue(seed)}.`)
    if (buffer !== undefined) requireCount('shuffle', 'buffer', buffer, 1)
    if (buffer === undefined && this.length === Number.POSITIVE_INFINITY) {
      throw new ConfigError(
        "shuffle: the pipeline is endless, so it cannot be held as a whole. Give 'buffer', or shuffle before repeat().",
      )
    }
    return new Pipeline(shuffleStage(this.stage, seed, buffer, reshuffle))
  }

  /** Groups of `size` samples with a new first dimension. The last one may be smaller, or is left out with `dropRemainder`. */
  batch(size: number, { dropRemainder = false }: { readonly dropRemainder?: boolean } = {}): Pipeline {
    requireCount('batch', 'size', size, 1)
    return new Pipeline(batchStage(this.stage, size, dropRemainder))
  }

  /** The first `count` elements. */
  take(count: number): Pipeline {
    requireCount('take', 'count', count, 0)
    return new Pipeline(sliceStage(this.stage, 0, count))
  }

  /** All but the first `count` elements. */
  skip(count: number): Pipeline {
    requireCount('skip', 'count', count, 0)
    return new Pipeline(sliceStage(this.stage, count, Number.POSITIVE_INFINITY))
  }

  /** `count` passes as one; endless without a count. */
  repeat(count?: number): Pipeline {
    if (count !== undefined) requireCount('repeat', 'count', count, 0)
    return new Pipeline(repeatStage(this.stage, count))
  }

  /** Prepares up to `count` elements ahead, while the ones before are used. */
  prefetch(count: number): Pipeline {
    requireCount('prefetch', 'count', count, 1)
    return new Pipeline(prefetchStage(this.stage, count))
  }

  /** Where the walk stands. After a complete pass, at the start of the next one. */
  state(): PipelineState {
    return { pass: this.pass, position: this.position }
  }

  /** Makes the next walk go on where `state` was taken. */
  restore(state: PipelineState): void {
    requireCount('restore', 'pass', state?.pass, 0)
    requireCount('restore', 'position', state?.position, 0)
    this.pass = state.pass
    this.position = state.position
    this.begun = false
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    if (this.begun) {
      // The walk before was broken off; this is a new pass.
      this.pass += 1
      this.position = 0
    }
    this.begun = true
    const { pass } = this
    for await (const element of this.stage.walk(pass, this.position)) {
      this.position += 1
      yield element
    }
    this.pass = pass + 1
    this.position = 0
    this.begun = false
  }
}

/** Samples of arrays: inputs, targets and weights, one or several each, by name or by position. */
export interface ArraysData {
  readonly x: Named<InputData>
  readonly y?: Named<ArrayData>
  readonly sampleWeight?: Named<ArrayData>
}

/**
 * The samples of arrays, whose first dimensions count them. Several inputs are given by name, or as host arrays. Throws
 * `DataError` for unequal counts.
 */
export async function fromArrays({ x, y, sampleWeight }: ArraysData): Promise<Pipeline> {
  const arrays = {
    x: await toNamedValues(x, 'x'),
    ...(y !== undefined && { y: await toNamedArrays(y, 'y') }),
    ...(sampleWeight !== undefined && { sampleWeight: await toNamedArrays(sampleWeight, 'sampleWeight') }),
  }
  return new Pipeline(rowsStage(arrays, sampleCount(arrays)))
}

/**
 * What an iterable gives: samples, for `batch`, or whole batches. `open` is called once per pass, so it should start anew;
 * a generator function does.
 *
 * @example
 * import { fromIterable } from '@gradus/data'
 * const squares = fromIterable(function* () {
 *   for (let i = 0; i < 3; i++) yield { x: [i], y: i * i }
 * })
 * const targets = []
 * for await (const { y } of squares.batch(3)) targets.push(...y.data)
 * targets // => [0, 1, 4]
 */
export function fromIterable(open: ElementSource, { length }: { readonly length?: number } = {}): Pipeline {
  if (typeof open !== 'function') {
    throw new DataError(
      `fromIterable takes a function that opens the iterable, so that it can be walked again, and got ${describeValue(open)}. Write fromIterable(() => values).`,
    )
  }
  return new Pipeline(iterableStage(open, length))
}

function requireCount(owner: string, name: string, value: unknown, least: number): void {
  if (Number.isInteger(value) && (value as number) >= least) return
  throw new ConfigError(`${owner}: '${name}' must be a whole number from ${least} and is ${describeValue(value)}.`)
}
