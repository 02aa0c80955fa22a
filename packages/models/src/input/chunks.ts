import type { BatchSource } from './batch-source.ts'
import { type Feed, upload } from './device-batch.ts'
import { disposeTree } from './dispose.ts'
import type { HostBatch } from './host-batch.ts'

/** Steps that one program can run one after the other. */
export interface Chunk {
  readonly steps: number
  /** The rows that the steps take, where they take them from samples on the device. */
  readonly rows: { readonly start: number; readonly end: number } | undefined
  /** Calls `body` with what the steps take their batches from. */
  feed<T>(body: (feed: Feed) => T): T
  /** The batch of step number `index` of these, on the host. */
  batch(index: number): Promise<HostBatch>
}

/** One pass over the samples. */
export interface Pass {
  /** The next steps, up to `count`, that one program can run; undefined at the end. */
  take(count: number): Promise<Chunk | undefined>
}

/** Gives steps their batches, pass after pass over the samples. */
export interface ChunkSource {
  /** What it holds on the device, in bytes. */
  readonly bytes: number
  /** Pass number `number`, which decides the order of the samples. Only the last pass that was begun can be used. */
  pass(number: number): Pass
  /** Frees what is on the device. */
  close(): void
}

/** Chunks of one batch each, which is brought to the device for its step. */
export function hostChunks(source: BatchSource): ChunkSource {
  return {
    bytes: 0,
    pass(number) {
      const batches = source.pass(number)[Symbol.asyncIterator]()
      return {
        async take() {
          const { value, done } = await batches.next()
          return done ? undefined : single(value)
        },
      }
    },
    close() {},
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
