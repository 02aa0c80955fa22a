import { type Batch, ConfigError, type Rng } from '@gradus/core'
import { type Tensor, tidy } from '@gradus/tensor'
import type { DatasetReader } from './dataset-reader.ts'
import { type HostBatch, pickRows } from './host-batch.ts'
import { orderOnBackend, type Shuffle } from './order.ts'
import type { Ports } from './ports.ts'

/** A source of batches, pass after pass over the samples. */
export interface BatchSource {
  /** Batches per pass; undefined if unknown. */
  readonly length: number | undefined
  /** Returns the batches of pass `number`, which determines the order of the samples, from batch `first` (default 0). */
  pass(number: number, first?: number): AsyncIterable<HostBatch>
  /** The position of a dataset that has one, as data. */
  state?(): unknown
  /** The next pass continues at a position of the dataset. */
  restore?(state: unknown): Promise<void>
  /** Ends the pass that is read. */
  close?(): Promise<void>
}

/** Options of batches from arrays. */
export interface ArraySourceOptions {
  readonly batchSize: number
  /** `true` shuffles samples, `'batch'` only within each batch. */
  readonly shuffle?: Shuffle
  /** The random stream of the orders; without it samples are not shuffled. */
  readonly rng?: () => Rng
}

/** Batches from arrays that hold all samples. The last batch may be smaller. */
export function arraySource(samples: HostBatch, { batchSize, shuffle = false, rng }: ArraySourceOptions): BatchSource {
  const { size } = samples
  requireBatchSize(batchSize)
  return {
    length: Math.ceil(size / batchSize),
    async *pass(number, first = 0) {
      const order =
        shuffle && rng
          ? await readIndices(() => orderOnBackend(rng().fork(number).next(), { size, batchSize, shuffle }))
          : undefined
      for (let start = first * batchSize; start < size; start += batchSize) {
        const end = Math.min(start + batchSize, size)
        yield pickRows(samples, order ? order.subarray(start, end) : { start, end })
      }
    },
  }
}

/** Throws `ConfigError` for a batch size that is not a whole number from 1. */
export function requireBatchSize(batchSize: number): void {
  if (Number.isInteger(batchSize) && batchSize > 0) return
  throw new ConfigError(`batchSize is ${batchSize}; expected a whole number from 1.`)
}

async function readIndices(make: () => Tensor): Promise<Int32Array> {
  const tensor = tidy(make)
  const indices = (await tensor.data()).slice() as Int32Array
  tensor.dispose()
  return indices
}

/**
 * Batches from a dataset, each sorted into the order of the model's inputs and outputs by `arrange`. The first pass begins with
 * the batch that the reader has read.
 */
export function datasetSource(reader: DatasetReader, ports: Ports, arrange: (batch: Batch) => HostBatch): BatchSource {
  return {
    length: reader.length,
    async *pass(_number, first) {
      for await (const batch of reader.pass(ports, first)) yield arrange(batch)
    },
    state: () => reader.state(),
    restore: (state) => reader.restore(state),
    close: () => reader.close(),
  }
}
