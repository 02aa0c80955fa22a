/** A piece of a backend's memory, in a form that only the backend knows. */
export interface DeviceBuffer {
  readonly byteLength: number
}

/** The part of a backend that holds values. */
export interface Memory {
  readonly name: string
  /** Throws `BackendError` if there is not enough memory. */
  allocate(bytes: number): DeviceBuffer
  /** Writes to the beginning of a buffer, which may be larger. */
  write(buffer: DeviceBuffer, data: ArrayBufferView): void
  read(buffer: DeviceBuffer): Promise<Uint8Array>
  /** Only on backends that can be read without waiting. */
  readSync?(buffer: DeviceBuffer): Uint8Array
  free(buffer: DeviceBuffer): void
  /** Whether buffers are JavaScript objects without further references, which the garbage collector frees: `free` does nothing. */
  readonly collected?: boolean
}

/** Live buffers, counted over all backends. */
export interface MemoryInfo {
  readonly buffers: number
  readonly bytes: number
}

let buffers = 0
let bytes = 0
let sites: Map<Holding, string> | undefined

/**
 * Counts the buffers that tensors hold now. In a training loop the count is the same after every step.
 *
 * @example
 * import { memory, zeros } from '@gradus/tensor'
 * const before = memory().buffers
 * const x = zeros([4])
 * memory().buffers - before // => 1
 * x.dispose()
 * memory().buffers - before // => 0
 */
export function memory(): MemoryInfo {
  return { buffers, bytes }
}

/**
 * Finds leaks: returns the lines of code that created the buffers that `body` leaves alive, with counts, the most frequent
 * first. Slow; for tests and debugging.
 */
export function findLeaks(body: () => void): { site: string; count: number }[] {
  const saved = sites
  sites = new Map()
  try {
    body()
    const counts = new Map<string, number>()
    for (const site of sites.values()) counts.set(site, (counts.get(site) ?? 0) + 1)
    return [...counts].map(([site, count]) => ({ site, count })).sort((a, b) => b.count - a.count)
  } finally {
    sites = saved
  }
}

/** The number of tensors that use a buffer. It outlives collected tensors. */
export interface Holding {
  count: number
  release(): void
}

/** A buffer shared by the tensors that view it; freed when the last of them releases it. */
export class Storage implements Holding {
  count = 1
  /** This storage, or the count alone, without the buffer, where the collector frees buffers: it does so while a program runs. */
  readonly holding: Holding

  constructor(
    readonly memory: Memory,
    readonly buffer: DeviceBuffer,
  ) {
    this.holding = memory.collected ? new CollectedHolding(buffer.byteLength) : this
    buffers++
    bytes += buffer.byteLength
    sites?.set(this.holding, creationSite())
  }

  get alive(): boolean {
    return this.holding.count > 0
  }

  /** Whether exactly one tensor uses the buffer, so that it may be donated. */
  get unshared(): boolean {
    return this.holding.count === 1
  }

  /** Whether the backend can be read without waiting. */
  get readsAtOnce(): boolean {
    return this.memory.readSync !== undefined
  }

  retain(): this {
    this.holding.count++
    return this
  }

  release(): void {
    if (this.holding !== this) this.holding.release()
    else if (--this.count === 0) {
      forget(this, this.buffer.byteLength)
      this.memory.free(this.buffer)
    }
  }

  /** Donates the buffer: this storage no longer frees or counts it. */
  surrender(): void {
    this.holding.count = 0
    forget(this.holding, this.buffer.byteLength)
  }
}

/** The number of tensors that use a buffer of a memory that is `collected`. */
class CollectedHolding implements Holding {
  count = 1

  constructor(private readonly byteLength: number) {}

  release(): void {
    if (--this.count === 0) forget(this, this.byteLength)
  }
}

function forget(holding: Holding, byteLength: number): void {
  buffers--
  bytes -= byteLength
  sites?.delete(holding)
}

function creationSite(): string {
  const lines = (new Error().stack ?? '').split('\n').slice(1)
  return lines.find((line) => !/[\\/](tensor|graph|autograd)[\\/](src|dist)[\\/]/.test(line))?.trim() ?? 'unknown'
}
