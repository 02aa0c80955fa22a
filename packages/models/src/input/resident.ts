import type { HostArray } from '@gradus/core'
import { BackendError, currentBackend, type Shape, sizeOf, Tensor, tidy } from '@gradus/tensor'
import { bytesPerElement, Storage } from '@gradus/tensor/internals'
import { type ArraySourceOptions, arraySource, requireBatchSize } from './batch-source.ts'
import { type Chunk, type ChunkSource, hostChunks, type Pass } from './chunks.ts'
import type { DeviceSamples } from './device-batch.ts'
import { disposeTree } from './dispose.ts'
import { type HostBatch, mapBatch, pickRows } from './host-batch.ts'
import type { Opened } from './open-data.ts'
import { Orders } from './order.ts'

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

/** Chunks of what was opened; a dataset makes its batches itself. */
export function openChunks({ samples, source }: Opened, options: ResidentOptions, limit?: number): ChunkSource {
  return samples ? arrayChunks(samples, options, limit) : hostChunks(source)
}

/**
 * Chunks of arrays: with all samples on the device, where they take no more than `limit` bytes and the backend can allocate
 * them, otherwise with batches that are brought there one by one. Both give the same batches.
 */
export function arrayChunks(samples: HostBatch, options: ResidentOptions, limit = residentLimit): ChunkSource {
  const uploaded = residentBytes(samples) <= limit ? tryUpload(samples) : undefined
  return uploaded ? new ResidentSource(samples, uploaded, options) : hostChunks(arraySource(samples, options))
}

/** What samples take on the device, their order included. */
export function residentBytes(samples: HostBatch): number {
  let total = capacityFor(samples.size) * bytesPerElement('int32')
  mapBatch(samples, (array) => {
    total += capacityBytes(array)
  })
  return total
}

/**
 * The number of rows to allocate. Programs are made for shapes: with a few rows to spare, fits on a few samples more or less
 * share theirs. An eighth more at most.
 */
function capacityFor(rows: number): number {
  const unit = 2 ** Math.max(0, Math.floor(Math.log2(rows)) - 3)
  return Math.ceil(rows / unit) * unit
}

function capacityBytes({ shape, dtype }: HostArray): number {
  return sizeOf(capacityShape(shape)) * bytesPerElement(dtype)
}

function capacityShape([rows = 0, ...rest]: Shape): Shape {
  return [capacityFor(rows), ...rest]
}

function tryUpload(samples: HostBatch): DeviceSamples | undefined {
  const made: Tensor[] = []
  const bring = (array: HostArray): Tensor => {
    const backend = currentBackend()
    const buffer = backend.allocate(capacityBytes(array))
    const tensor = new Tensor({ shape: capacityShape(array.shape), dtype: array.dtype }, new Storage(backend, buffer))
    made.push(tensor)
    backend.write(buffer, array.data)
    return tensor
  }
  try {
    return mapBatch(samples, bring)
  } catch (error) {
    disposeTree(made)
    if (error instanceof BackendError) return undefined
    throw error
  }
}

/** All samples on the device, and the order of the pass that was begun last. */
class ResidentSource implements ChunkSource {
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
    this.key = shuffle && rng ? tidy(() => rng().key) : undefined
    const options = { size, batchSize, shuffle: shuffle || true, capacity: capacityFor(size) } as const
    this.orderOf = (key, number) => orders.make(key, number, options)
  }

  pass(number: number): Pass {
    const { key } = this
    this.order?.dispose()
    this.order = key && this.orderOf(key, number)
    let start = 0
    return {
      take: async (count) => {
        const chunk = this.chunk(start, count)
        if (chunk) start = chunk.rows!.end
        return chunk
      },
    }
  }

  close(): void {
    disposeTree([this.samples, this.key, this.order])
  }

  private chunk(start: number, count: number): Chunk | undefined {
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
