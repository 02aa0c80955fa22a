import { DataError } from '@gradus/core'
import type { BatchSource } from './batch-source.ts'
import { type Feed, upload } from './device-batch.ts'
import { disposeTree } from './dispose.ts'
import type { HostBatch } from './host-batch.ts'

/** Consecutive steps that one call of a program can run. */
export interface Chunk {
  readonly steps: number
  /** The rows that the steps read; undefined if they do not read from samples on the device. */
  readonly rows: { readonly start: number; readonly end: number } | undefined
  /** Calls `body` with the source of the batches of the steps. */
  feed<T>(body: (feed: Feed) => T): T
  /** Returns the batch of step `index` of this chunk, on the host. */
  batch(index: number): Promise<HostBatch>
}

/** One pass over the samples. */
export interface Pass {
  /** Returns the next steps, at most `count`, that one program can run; undefined at the end of the pass. */
  take(count: number): Promise<Chunk | undefined>
}

/** A source of chunks, pass after pass over the samples. */
export interface ChunkSource {
  /** Memory on the device, in bytes. */
  readonly bytes: number
  /**
   * Starts pass `number`, which determines the order of the samples, at batch `first` (default 0). The pass before can no longer
   * be used.
   */
  pass(number: number, first?: number): Pass
  /** The position of a dataset that has one, as data. */
  state?(): unknown
  /** The next pass continues at a position of the dataset. */
  restore?(state: unknown): Promise<void>
  /** Frees the memory on the device. */
  close(): void
}

/** Chunks of one batch each, which is copied to the device for its step. */
export function hostChunks(source: BatchSource, check?: (batch: HostBatch) => void): ChunkSource {
  return {
    bytes: 0,
    pass(number, first = 0) {
      const batches = source.pass(number, first)[Symbol.asyncIterator]()
      let index = first
      return {
        async take() {
          const { value, done } = await batches.next()
          if (done) return undefined
          inBatch(index++, () => check?.(value))
          return single(value)
        },
      }
    },
    state: () => source.state?.(),
    restore: async (state) => source.restore?.(state),
    close() {
      source.close?.().catch(() => {}) // a source that fails to close has been read
    },
  }
}

/** Runs a check of a batch; its `DataError` gets the number of the batch. */
function inBatch(number: number, check: () => void): void {
  try {
    check()
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    throw new DataError(`In batch ${number} of the dataset, ${error.message}`, { cause: error })
  }
}

function single(host: HostBatch): Chunk {
  return {
    steps: 1,
    rows: undefined,
    feed(body) {
      const batch = upload(host)
      try {
        return body({ batch })
      } finally {
        disposeTree(batch)
      }
    },
    batch: () => Promise.resolve(host),
  }
}
