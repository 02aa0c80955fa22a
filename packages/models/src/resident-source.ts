import type { HostArray } from '@gradus/core'
import {
  BackendError,
  bytesPerElement,
  currentBackend,
  type Shape,
  Storage,
  scope,
  sizeOf,
  Tensor,
} from '@gradus/tensor'
import { type ArraySourceOptions, arraySource, type HostBatch, pickRows, requireBatchSize } from './batches.ts'
import { disposeTree } from './dispose.ts'
import type { DeviceSamples } from './feed.ts'
import { Orders } from './order.ts'
import type { Opened } from './sources.ts'
import { hostSteps, type Pass, type StepSource, type Stretch } from './step-source.ts'

/**
 * How many bytes of samples one call of `fit` keeps on the device: 1 GiB. They are on the host as well, and a page, or a
 * WebAssembly memory with its 4 GiB, needs room for the model beside them.
 */
export const residentLimit = 2 ** 30

export interface ResidentOptions extends ArraySourceOptions {
  /** Makes the orders of the samples; by default with programs of its own. */
  readonly orders?: Orders
}

/** Batches per pass over what was opened, where known. */
export function batchesIn({ samples, source }: Opened, { batchSize }: ResidentOptions): number | undefined {
  if (!samples) return source.length
  requireBatchSize(batchSize)
  return Math.ceil(samples.size / batchSize)
}

/** Steps over what was opened; a dataset makes batches of its own. */
export function openSteps({ samples, source }: Opened, options: ResidentOptions, room?: number): StepSource {
  return samples ? arraySteps(samples, options, room) : hostSteps(source)
}

/**
 * Steps over arrays: with all samples on the device, where they take no more than `room` bytes and the backend has room for
 * them, otherwise with batches that are brought there one by one. Both give the same batches.
 */
export function arraySteps(samples: HostBatch, options: ResidentOptions, room = residentLimit): StepSource {
  const uploaded = residentBytes(samples) <= room ? tryUpload(samples) : undefined
  return uploaded ? new ResidentSource(samples, uploaded, options) : hostSteps(arraySource(samples, options))
}

/** What samples take on the device, their order included. */
export function residentBytes({ inputs, targets, weights, size }: HostBatch): number {
  const order = roomFor(size) * bytesPerElement('int32')
  return [...inputs, ...targets, ...weights].reduce((total, array) => total + (array ? bytesWithRoom(array) : 0), order)
}

/**
 * The number of rows to make room for. Programs are made for shapes: with a bit of room, fits on a few samples more or less
 * share theirs. An eighth more at most.
 */
function roomFor(rows: number): number {
  const unit = 2 ** Math.max(0, Math.floor(Math.log2(rows)) - 3)
  return Math.ceil(rows / unit) * unit
}

function bytesWithRoom({ shape, dtype }: HostArray): number {
  return sizeOf(shapeWithRoom(shape)) * bytesPerElement(dtype)
}

function shapeWithRoom([rows = 0, ...rest]: Shape): Shape {
  return [roomFor(rows), ...rest]
}

function tryUpload({ inputs, targets, weights }: HostBatch): DeviceSamples | undefined {
  const made: Tensor[] = []
  const bring = (array: HostArray): Tensor => {
    const backend = currentBackend()
    const buffer = backend.allocate(bytesWithRoom(array))
    made.push(new Tensor({ shape: shapeWithRoom(array.shape), dtype: array.dtype }, new Storage(backend, buffer)))
    backend.write(buffer, array.data)
    return made.at(-1)!
  }
  try {
    return {
      inputs: inputs.map(bring),
      targets: targets.map((array) => array && bring(array)),
      weights: weights.map((array) => array && bring(array)),
    }
  } catch (error) {
    disposeTree(made)
    if (error instanceof BackendError) return undefined
    throw error
  }
}

/** All samples on the device, and the order of the pass that was begun last. */
class ResidentSource implements StepSource {
  readonly bytes: number
  private readonly batchSize: number
  private readonly key: Tensor | undefined
  private readonly orderOf: (key: Tensor, number: number) => Tensor
  private order: Tensor | undefined

  constructor(
    private readonly host: HostBatch,
    private readonly samples: DeviceSamples,
    { batchSize, shuffle = false, rng, orders = new Orders(true) }: ResidentOptions,
  ) {
    const { size } = host
    this.batchSize = Math.min(batchSize, size)
    this.bytes = residentBytes(host)
    this.key = shuffle && rng ? scope(() => rng().key) : undefined
    const options = { size, batchSize, shuffle: shuffle || true, room: roomFor(size) } as const
    this.orderOf = (key, number) => orders.make(key, number, options)
  }

  pass(number: number): Pass {
    const { key } = this
    this.order?.dispose()
    this.order = key && this.orderOf(key, number)
    let start = 0
    return {
      take: async (count) => {
        const stretch = this.stretch(start, count)
        if (stretch) start = stretch.rows!.end
        return stretch
      },
    }
  }

  close(): void {
    disposeTree([this.samples, this.key, this.order])
  }

  private stretch(start: number, count: number): Stretch | undefined {
    const { samples, order, host } = this
    const left = host.size - start
    if (left <= 0) return undefined
    // the last batch, which may be smaller, is a program of its own
    const size = Math.min(this.batchSize, left)
    const steps = Math.min(count, Math.floor(left / size))
    return {
      steps,
      rows: { start, end: start + steps * size },
      feed: (body) => body({ samples, order, size }),
      async batch(index) {
        const rows = { start: start + index * size, end: start + (index + 1) * size }
        const numbers = order && (await order.data())
        return pickRows(host, numbers ? numbers.subarray(rows.start, rows.end) : rows)
      },
    }
  }
}
