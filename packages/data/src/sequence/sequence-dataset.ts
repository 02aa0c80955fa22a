import { type BatchData, ConfigError, checkFields, type Dataset, describeValue } from '@gradus/core'
import { shuffledOrder } from '../random-order.ts'
import { type ThreadModule, ThreadPool } from './platform-threads.ts'

/** Options of `SequenceDataset`, with Keras's names. */
export interface SequenceDatasetOptions {
  /** How many calls of `getItem` run at the same time (default 1). */
  readonly workers?: number
  /** Runs `getItem` in threads, one for each worker: names the module that exports the class. */
  readonly useMultiprocessing?: ThreadModule | false
  /** How many batches are made ahead at most, with several workers or threads (default 10). */
  readonly maxQueueSize?: number
  /** Whether the batches have another order in each pass (default false). */
  readonly shuffle?: boolean
  /** The seed of the order (default 0). */
  readonly seed?: number
}

/** The position of an iteration: the pass, and the number of its batches that were returned. */
export interface SequencePosition {
  readonly pass: number
  readonly position: number
}

const fields = {
  workers: { type: 'integer', min: 0 },
  useMultiprocessing: 'unknown',
  maxQueueSize: { type: 'integer', min: 1 },
  shuffle: 'boolean',
  seed: 'integer',
} as const

/**
 * Batches by number, made by a class: `getItem(index)` returns the batch `index`, and `numBatches` says how many there are;
 * undefined: without end. `fit`, `evaluate` and `predict` take it. With `workers` several calls of an asynchronous `getItem` run at
 * the same time; with `useMultiprocessing` they run in threads, each with an object of the class. The order of the batches does not
 * depend on either. `onEpochBegin` and `onEpochEnd` are called around each pass. Keras: `utils.PyDataset`.
 *
 * @example
 * import { SequenceDataset } from '@gradus/data'
 * class Squares extends SequenceDataset {
 *   get numBatches() {
 *     return 3
 *   }
 *   async getItem(index) {
 *     return { x: [[index], [index + 0.5]], y: [index ** 2, (index + 0.5) ** 2] }
 *   }
 * }
 * const first = []
 * for await (const { y } of new Squares({ workers: 2 })) first.push(y[0])
 * first // => [0, 1, 4]
 */
export abstract class SequenceDataset implements Dataset {
  readonly batched = true
  private readonly options: SequenceDatasetOptions
  private pool: ThreadPool | undefined
  private pass = 0
  private position = 0
  private begun = false

  constructor(options: SequenceDatasetOptions = {}) {
    checkFields('SequenceDataset', options, fields)
    const { useMultiprocessing } = options
    if (useMultiprocessing && !('module' in Object(useMultiprocessing))) {
      throw new ConfigError(
        `SequenceDataset: 'useMultiprocessing' is ${describeValue(useMultiprocessing)}. Threads load the class from its module, so it must be { module: import.meta.url, name: 'MyData' }.`,
      )
    }
    this.options = options
  }

  /** The batches of a pass; undefined: without end. */
  abstract get numBatches(): number | undefined

  /** Returns the batch with a number from 0: `{ x, y, sampleWeight }`, or a promise of it. */
  abstract getItem(index: number): BatchData | Promise<BatchData>

  /** Is called before the first batch of a pass. */
  onEpochBegin(): void {}

  /** Is called after the last batch of a pass. */
  onEpochEnd(): void {}

  /** The batches of a pass; infinite without end. */
  get length(): number {
    return this.numBatches ?? Number.POSITIVE_INFINITY
  }

  /** Returns the position of the iteration. After a complete pass it is the start of the next one. */
  state(): SequencePosition {
    return { pass: this.pass, position: this.position }
  }

  /** Makes the next iteration continue at a position that `state` returned. */
  restore({ pass, position }: SequencePosition): void {
    Object.assign(this, { pass, position, begun: false })
  }

  /** Ends the threads. Another iteration starts new ones. */
  async close(): Promise<void> {
    await this.pool?.close()
    this.pool = undefined
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<BatchData, void, undefined> {
    if (this.begun) Object.assign(this, { pass: this.pass + 1, position: 0 })
    this.begun = true
    const count = this.length
    if (!(count >= 0) || (Number.isFinite(count) && !Number.isInteger(count))) {
      throw new ConfigError(`'numBatches' is ${describeValue(this.numBatches)}; expected a whole number or undefined.`)
    }
    const { pass } = this
    this.onEpochBegin()
    await this.threads()?.tell('onEpochBegin')
    for await (const batch of this.batches(pass, this.position, count)) {
      this.position += 1
      yield batch
    }
    Object.assign(this, { pass: pass + 1, position: 0, begun: false })
    this.onEpochEnd()
    await this.threads()?.tell('onEpochEnd')
  }

  private threads(): ThreadPool | undefined {
    const { useMultiprocessing, workers = 1 } = this.options
    if (!useMultiprocessing) return undefined
    this.pool ??= new ThreadPool(useMultiprocessing, Math.max(1, workers))
    return this.pool
  }

  private async *batches(pass: number, start: number, count: number): AsyncGenerator<BatchData> {
    const { workers = 1, maxQueueSize = 10, shuffle = false, seed = 0 } = this.options
    const order = shuffle && Number.isFinite(count) ? shuffledOrder(count, seed, pass) : undefined
    const threads = this.threads()
    const get = async (at: number) => {
      const index = order ? order[at]! : at
      return threads ? threads.getItem(index) : this.getItem(index)
    }
    if (workers <= 1 && !threads) {
      for (let at = start; at < count; at++) yield get(at)
      return
    }
    const queue: Promise<BatchData>[] = []
    let next = start
    let running = 0
    let stopped = false
    const fill = () => {
      while (!stopped && next < count && running < Math.max(1, workers) && queue.length < maxQueueSize) {
        running++
        const item = get(next++).finally(() => {
          running--
          fill()
        })
        item.catch(() => {}) // reported when its turn comes
        queue.push(item)
      }
    }
    try {
      for (fill(); queue.length > 0; fill()) {
        const batch = await queue[0]!
        queue.shift()
        fill()
        yield batch
      }
    } finally {
      stopped = true
    }
  }
}
