import { type BatchSource, type HostBatch, upload } from './batches.ts'
import { disposeTree } from './dispose.ts'
import type { Feed } from './feed.ts'

/** What steps take their batches from, pass after pass over the samples. */
export interface StepSource {
  /** What it holds on the device, in bytes. */
  readonly bytes: number
  /** Pass number `number`, which decides the order of the samples. Only the last pass that was begun can be used. */
  pass(number: number): Pass
  /** Frees what is on the device. */
  close(): void
}

/** One pass over the samples. */
export interface Pass {
  /** The next steps, up to `count`, that one program can run; undefined at the end. */
  take(count: number): Promise<Stretch | undefined>
}

/** Steps that one program can run one after the other. */
export interface Stretch {
  readonly steps: number
  /** The rows that the steps take, where they take them from samples on the device. */
  readonly rows: { readonly start: number; readonly end: number } | undefined
  /** Calls `body` with what the steps take their batches from. */
  feed<T>(body: (feed: Feed) => T): T
  /** The batch of step number `index` of these, on the host. */
  batch(index: number): Promise<HostBatch>
}

/** Steps with batches that are brought to the device one by one. */
export function hostSteps(source: BatchSource): StepSource {
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

function single(host: HostBatch): Stretch {
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
