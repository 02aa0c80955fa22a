import {
  type Batch,
  type BatchData,
  DataError,
  type Dataset,
  describeValue,
  isPlainObject,
  suggest,
  toNamedArrays,
  toNamedValues,
} from '@gradus/core'
import { flatData, type Ports } from './ports.ts'

const parts = ['x', 'y', 'sampleWeight']

/**
 * Reads a dataset pass by pass. The first batch is read before the first pass, which then begins with it, so that a source that
 * can be read only once, such as a generator, loses no batch.
 */
export class DatasetReader {
  private iterator: AsyncIterator<BatchData> | undefined
  /** The batch that was read before the first pass, until that pass. */
  private ahead: BatchData | undefined
  /** The position of the dataset before that batch. */
  private start: unknown
  /** Whether the dataset continues at a position in the next pass. */
  private restored = false
  private opened = 0
  /** Whether each iteration continues the one before, as those of generators do. */
  private isOneShot = false
  private previous: AsyncIterator<BatchData> | undefined

  constructor(private readonly dataset: Dataset) {
    if (dataset.batched === false) throw unbatched()
  }

  get length(): number | undefined {
    return this.dataset.length
  }

  /** Reads the first batch of the first pass. Throws `DataError` if there is none. */
  async first(ports: Ports | undefined): Promise<Batch> {
    this.start = this.dataset.state?.()
    this.open()
    const { done, value } = await this.iterator!.next()
    if (done) {
      this.iterator = undefined
      throw new DataError(
        'The dataset gave no batch. It must give { x, y } batches each time it is iterated; a generator that was read to its end gives no more.',
      )
    }
    this.ahead = value
    return toBatch(value, 0, ports)
  }

  /** Returns the position of the dataset as data; undefined if it has none. */
  state(): unknown {
    return this.ahead ? this.start : this.dataset.state?.()
  }

  /** Makes the next pass continue at a position of the dataset, if the dataset can do that. */
  async restore(state: unknown): Promise<void> {
    if (state === undefined || !this.dataset.restore) return
    await this.close()
    this.dataset.restore(state as never)
    this.restored = true
  }

  /**
   * Returns the batches of the next pass, from number `first` on. Throws `DataError` if it has none, because the source can be read
   * only once.
   */
  async *pass(ports: Ports, first = 0): AsyncGenerator<Batch, void, undefined> {
    const { ahead } = this
    const skipped = this.restored ? 0 : first
    this.restored = false
    if (!ahead) {
      await this.close()
      this.open()
    }
    this.ahead = undefined
    const iterator = this.iterator!
    let index = 0
    let ended = false
    try {
      let next: IteratorResult<BatchData> = ahead ? { value: ahead } : await iterator.next()
      while (!next.done) {
        const number = index++
        if (number >= skipped) yield toBatch(next.value, number, ports)
        next = await iterator.next()
      }
      ended = true
    } finally {
      if (ended && this.iterator === iterator) this.iterator = undefined
      else if (this.iterator === iterator) await this.close()
    }
    if (index > 0 || first > 0) return
    throw new DataError(
      this.isOneShot
        ? `The dataset is a generator, which can be read once, and pass ${this.opened} over it found no batch. Give an object that starts from the first batch each time, such as fromIterable(() => batches()), or no more epochs than it has batches for.`
        : `The dataset gave no batch in pass ${this.opened} over it. It must give the batches again each time it is iterated.`,
    )
  }

  /** Ends the pass that is read. A generator belongs to the caller, who may read on. */
  async close(): Promise<void> {
    const { iterator } = this
    this.iterator = undefined
    this.ahead = undefined
    if (iterator && !this.isOneShot) await iterator.return?.()
  }

  private open(): void {
    this.opened++
    this.iterator = this.dataset[Symbol.asyncIterator]()
    this.isOneShot = (this.iterator as unknown) === this.dataset || this.iterator === this.previous
    this.previous = this.iterator
  }
}

/** Converts the arrays of a batch to host arrays. Throws `DataError` for a value that is not `{ x, y?, sampleWeight? }`. */
async function toBatch(element: BatchData, index: number, ports: Ports | undefined): Promise<Batch> {
  const where = `batch ${index} of the dataset`
  const given = namedParts(element)
  if (!isPlainObject(given) || !('x' in given)) {
    throw new DataError(
      `Batch ${index} of the dataset is ${describeValue(given)}; expected { x, y, sampleWeight } or [x, y, sampleWeight]; y and sampleWeight are optional.`,
    )
  }
  for (const key of Object.keys(given)) {
    if (!parts.includes(key)) throw new DataError(`Batch ${index} of the dataset has '${key}'.${suggest(key, parts)}`)
  }
  const { x, y, sampleWeight } = given as unknown as BatchData
  for (const value of [x, y, sampleWeight]) {
    if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') throw unbatched(where)
  }
  const [inputs, outputs] = [ports?.inputs.length ?? 1, ports?.outputs.length ?? 1]
  const targets = <T>(value: T) => flatData(ports?.outputForm, value)
  const batch: Batch = {
    x: await toNamedValues(flatData(ports?.givenForm, x), `x of ${where}`, { several: inputs > 1 }),
    ...(y !== undefined && { y: await toNamedArrays(targets(y), `y of ${where}`, { several: outputs > 1 }) }),
    ...(sampleWeight !== undefined && {
      sampleWeight: await toNamedArrays(targets(sampleWeight), `sampleWeight of ${where}`, { several: outputs > 1 }),
    }),
  }
  requireSamples(batch, ports, where)
  return batch
}

/** A batch by name, where it is a list of x, y and sampleWeight. */
function namedParts(element: unknown): unknown {
  if (!Array.isArray(element) || element.length === 0 || element.length > parts.length) return element
  return Object.fromEntries(parts.map((part, index) => [part, element[index] ?? undefined] as const))
}

/** Throws `DataError` for arrays that are single samples, without the first dimension of a batch. */
function requireSamples(batch: Batch, ports: Ports | undefined, where: string): void {
  for (const named of [batch.x, batch.y, batch.sampleWeight]) {
    for (const { shape } of listOf(named)) if (shape.length === 0) throw unbatched(where)
  }
  const inputs = listOf(batch.x)
  if (inputs.length !== 1 || ports?.inputs.length !== 1) return
  const sample = ports.inputs[0]!.shape.slice(1)
  const { shape } = inputs[0]!
  const isSample = shape.length === sample.length && sample.every((d, axis) => d === null || d === shape[axis])
  // a batch of samples [1] may be given without the last dimension
  if (isSample && sample.length > 0 && sample.at(-1) !== 1) throw unbatched(where)
}

function listOf(named: unknown): readonly { readonly shape: readonly number[] }[] {
  if (named === undefined) return []
  if (Array.isArray(named)) return named
  const one = named as { readonly shape?: unknown }
  return (Array.isArray(one.shape) ? [one] : Object.values(one)) as { readonly shape: readonly number[] }[]
}

function unbatched(where = 'The dataset'): DataError {
  const what = where === 'The dataset' ? `${where} gives` : `${where[0]!.toUpperCase()}${where.slice(1)} is`
  return new DataError(
    `${what} ${where === 'The dataset' ? 'single samples' : 'a single sample'}, and training works on batches: arrays [samples, ...]. Batch the samples, as in dataset.batch(32).`,
  )
}
