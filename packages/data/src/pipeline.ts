import {
  type ArrayData,
  type Batch,
  ConfigError,
  checkFields,
  DataError,
  type Dataset,
  describeValue,
  type InputData,
  isPlainObject,
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

/** The position of an iteration: the pass, and the number of its elements that were returned. Plain data. */
export interface PipelineState {
  readonly pass: number
  readonly position: number
}

const shuffleFields = { seed: 'integer', buffer: { type: 'integer', min: 1 }, reshuffle: 'boolean' } as const

/** Options of `shuffle`. */
export interface ShuffleOptions {
  /** The same seed gives the same orders (default 0). */
  readonly seed?: number
  /** The number of elements to choose from (default all). */
  readonly buffer?: number
  /** Whether each pass has a different order (default true). */
  readonly reshuffle?: boolean
}

/**
 * A source of samples or batches, with the stages that prepare them. Methods return a new pipeline and do not change this one.
 * Nothing is read before an iteration. Each iteration is a pass; passes differ only in the order that `shuffle` gives them.
 *
 * `state()` and `restore()` resume an iteration exactly, even within a pass, if the source and the functions passed to `map` and
 * `filter` return the same values again.
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

  /** Elements per pass; infinite after `repeat()`, undefined if unknown. */
  get length(): number | undefined {
    return this.stage.length
  }

  /** False if the elements are single samples, as before `batch`, true after it; undefined for the values of an iterable. */
  get batched(): boolean | undefined {
    return this.stage.batched
  }

  /** Applies a function to every element. It may return numbers and arrays of any kind. */
  map(change: (element: Batch) => ElementData | Promise<ElementData>): Pipeline {
    requireFunction('map', change)
    return new Pipeline(mapStage(this.stage, change))
  }

  /** Keeps the elements for which `keep` returns true. */
  filter(keep: (element: Batch) => boolean | Promise<boolean>): Pipeline {
    requireFunction('filter', keep)
    return new Pipeline(filterStage(this.stage, keep))
  }

  /** Shuffles the elements. The order depends only on the seed and the pass. Throws `ConfigError` for endless pipelines. */
  shuffle(options: ShuffleOptions = {}): Pipeline {
    checkFields('shuffle', options, shuffleFields)
    const { seed = 0, buffer, reshuffle = true } = options
    if (buffer === undefined && this.length === Number.POSITIVE_INFINITY) {
      throw new ConfigError(
        "shuffle: the pipeline is endless, so it cannot be held as a whole. Give 'buffer', or shuffle before repeat().",
      )
    }
    return new Pipeline(shuffleStage(this.stage, seed, buffer, reshuffle))
  }

  /** Stacks groups of `size` samples. With `dropRemainder` a smaller last group is left out. */
  batch(size: number, options: { readonly dropRemainder?: boolean } = {}): Pipeline {
    checkFields('batch', options, { dropRemainder: 'boolean' })
    const { dropRemainder = false } = options
    requireCount('batch', 'size', size, 1)
    return new Pipeline(batchStage(this.stage, size, dropRemainder))
  }

  /** Keeps the first `count` elements. */
  take(count: number): Pipeline {
    requireCount('take', 'count', count, 0)
    return new Pipeline(sliceStage(this.stage, 0, count))
  }

  /** Leaves out the first `count` elements. */
  skip(count: number): Pipeline {
    requireCount('skip', 'count', count, 0)
    return new Pipeline(sliceStage(this.stage, count, Number.POSITIVE_INFINITY))
  }

  /** Repeats the elements `count` times, without a count endlessly. Each repetition is a pass with its order. */
  repeat(count?: number): Pipeline {
    if (count !== undefined) requireCount('repeat', 'count', count, 0)
    return new Pipeline(repeatStage(this.stage, count))
  }

  /** Prepares up to `count` elements ahead, while earlier ones are used. */
  prefetch(count: number): Pipeline {
    requireCount('prefetch', 'count', count, 1)
    return new Pipeline(prefetchStage(this.stage, count))
  }

  /** Returns the position of the iteration. After a complete pass it is the start of the next one. */
  state(): PipelineState {
    return { pass: this.pass, position: this.position }
  }

  /** Makes the next iteration continue at a position that `state` returned. Throws `ConfigError` for other values. */
  restore(state: PipelineState): void {
    requireCount('restore', 'pass', state?.pass, 0)
    requireCount('restore', 'position', state?.position, 0)
    this.pass = state.pass
    this.position = state.position
    this.begun = false
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    if (this.begun) {
      // the last iteration did not end; this is a new pass
      this.pass += 1
      this.position = 0
    }
    this.begun = true
    const { pass } = this
    for await (const element of this.stage.iterate(pass, this.position)) {
      this.position += 1
      yield element
    }
    this.pass = pass + 1
    this.position = 0
    this.begun = false
  }
}

/** Arrays `[samples, ...]` of inputs, targets and sample weights; several of a kind in a list or by name. */
export interface ArraysData {
  readonly x: Named<InputData>
  readonly y?: Named<ArrayData>
  readonly sampleWeight?: Named<ArrayData>
}

/**
 * Makes a pipeline of the samples of arrays. Several inputs are given by name, or as a list of host arrays. Throws `DataError`
 * for different numbers of samples.
 *
 * @example
 * import { fromArrays } from '@gradus/data'
 * const data = await fromArrays({ x: [[1], [2], [3]], y: [0, 1, 0] })
 * data.batch(2).length // => 2
 */
export async function fromArrays(data: ArraysData): Promise<Pipeline> {
  const arrays = await arraysOf('fromArrays', data, toNamedValues)
  return new Pipeline(rowsStage(arrays, sampleCount(arrays)))
}

/**
 * Makes a pipeline of the values of an iterable: samples, for `batch`, or whole batches. `open` is called for each pass and must
 * start from the first value each time, as a generator function does. Throws `DataError` if `open` is not a function.
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
      `fromIterable takes a function that opens the iterable, so that it can be iterated again, and got ${describeValue(open)}. Write fromIterable(() => values).`,
    )
  }
  return new Pipeline(iterableStage(open, length))
}

/** Throws `DataError` for arrays that are not given by name. */
export function requireArrays(owner: string, data: ArraysData): ArraysData {
  const known = ['x', 'y', 'sampleWeight']
  if (isPlainObject(data) && 'x' in data && Object.keys(data).every((key) => known.includes(key))) return data
  throw new DataError(`${owner} takes its arrays by name, as in ${owner}({ x, y }), and got ${describeValue(data)}.`)
}

/** Reads the arrays, the inputs with `readInputs`. Throws `DataError` for other values. */
export async function arraysOf<X>(
  owner: string,
  data: ArraysData,
  readInputs: (x: ArraysData['x'], name: string) => X | Promise<X>,
) {
  const { x, y, sampleWeight } = requireArrays(owner, data)
  return {
    x: await readInputs(x, 'x'),
    ...(y !== undefined && { y: await toNamedArrays(y, 'y') }),
    ...(sampleWeight !== undefined && { sampleWeight: await toNamedArrays(sampleWeight, 'sampleWeight') }),
  }
}

function requireFunction(owner: string, value: unknown): void {
  if (typeof value === 'function') return
  throw new ConfigError(`${owner} takes a function of an element, and got ${describeValue(value)}.`)
}

function requireCount(owner: string, name: string, value: unknown, least: number): void {
  if (Number.isInteger(value) && (value as number) >= least) return
  throw new ConfigError(`${owner}: '${name}' must be a whole number from ${least} and is ${describeValue(value)}.`)
}
