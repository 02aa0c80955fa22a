import type { HostArray } from '@gradus/core'
import { BackendError, currentBackend, onBackend, type Shape, sizeOf, Tensor, tidy } from '@gradus/tensor'
import { bytesPerElement, Storage, toMemory } from '@gradus/tensor/internals'
import { type ArraySourceOptions, arraySource, requireBatchSize } from './batch-source.ts'
import { type Chunk, type ChunkSource, hostChunks, type Pass } from './chunks.ts'
import type { DeviceSamples } from './device-batch.ts'
import { disposeTree } from './dispose.ts'
import { type HostBatch, mapBatch, pickRows } from './host-batch.ts'
import type { OpenedData } from './open-data.ts'
import { Orders } from './order.ts'

/**
 * The largest size of the samples that one call of `fit` keeps on the device: 1 GiB. The host has them too, and pages and
 * WebAssembly memories (4 GiB) also have to hold the model.
 */
export const residentLimit = 2 ** 30

/** Options of chunks of arrays. */
export interface ResidentOptions extends ArraySourceOptions {
  /** Computes the orders of the samples; by default a new instance. */
  readonly orders?: Orders
  /** Throws `DataError` for a batch of a dataset with wrong labels. Arrays are checked as a whole. */
  readonly check?: (batch: HostBatch) => void
}

/** Returns the number of batches per pass; undefined if unknown. */
export function batchesIn({ samples, source }: OpenedData, { batchSize }: ResidentOptions): number | undefined {
  if (!samples) return source.length
  requireBatchSize(batchSize)
  return Math.ceil(samples.size / batchSize)
}

/** Returns the chunks of opened data. A dataset makes its own batches, whatever the options. */
export function openChunks(
  { samples, source, backend }: OpenedData,
  options: ResidentOptions,
  limit?: number,
): ChunkSource {
  return samples ? onBackend(backend, () => arrayChunks(samples, options, limit)) : hostChunks(source, options.check)
}

/**
 * Returns chunks of arrays. All samples are copied to the device if they take at most `limit` bytes and the backend can allocate
 * them; otherwise each batch is copied for its step. The batches are the same.
 */
export function arrayChunks(samples: HostBatch, options: ResidentOptions, limit = residentLimit): ChunkSource {
  const uploaded = residentBytes(samples) <= limit ? tryUpload(samples) : undefined
  return uploaded ? new ResidentSource(samples, uploaded, options) : hostChunks(arraySource(samples, options))
}

/** The bytes that samples and their order take on the device. */
export function residentBytes(samples: HostBatch): number {
  let total = capacityFor(samples.size) * bytesPerElement('int32')
  mapBatch(samples, (array) => {
    total += capacityBytes(array)
  })
  return total
}

/**
 * The number of rows to allocate: at most an eighth more than `rows`. Programs are compiled for shapes, so rounding up lets fits
 * on similar numbers of samples share programs.
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
  const copies: Tensor[] = []
  const copy = (array: HostArray): Tensor => {
    const backend = currentBackend()
    const buffer = backend.allocate(capacityBytes(array))
    const tensor = new Tensor({ shape: capacityShape(array.shape), dtype: array.dtype }, new Storage(backend, buffer))
    copies.push(tensor)
    backend.write(buffer, toMemory(array.dtype, array.data))
    return tensor
  }
  try {
    return mapBatch(samples, copy)
  } catch (error) {
    disposeTree(copies)
    if (error instanceof BackendError) return undefined
    throw error
  }
}

/** All samples on the device, and their order in the current pass. */
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

  pass(number: number, first = 0): Pass {
    const { key } = this
    this.order?.dispose()
    this.order = key && this.orderOf(key, number)
    let start = first * this.batchSize
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
    // a smaller last batch needs a program for its shape, so it is a chunk by itself
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
