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

/**
 * The count of the tensors that use a buffer. It outlives collected tensors. A buffer of a memory that is `collected` is not
 * referenced here, so that the collector frees it together with the last tensor, also while a program does not yield.
 */
export class Holding {
  private references = 1

  constructor(
    private readonly memory: Memory,
    private readonly byteLength: number,
    private readonly buffer: DeviceBuffer | undefined,
  ) {
    buffers++
    bytes += byteLength
    sites?.set(this, creationSite())
  }

  get count(): number {
    return this.references
  }

  retain(): void {
    this.references++
  }

  release(): void {
    if (--this.references > 0) return
    this.forget()
    if (this.buffer) this.memory.free(this.buffer)
  }

  /** Gives the buffer away: it is no longer freed or counted here. */
  surrender(): void {
    this.references = 0
    this.forget()
  }

  private forget(): void {
    buffers--
    bytes -= this.byteLength
    sites?.delete(this)
  }
}

/** A buffer shared by the tensors that view it; freed when the last of them releases it. */
export class Storage {
  readonly holding: Holding

  constructor(
    readonly memory: Memory,
    readonly buffer: DeviceBuffer,
  ) {
    this.holding = new Holding(memory, buffer.byteLength, memory.collected ? undefined : buffer)
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
    this.holding.retain()
    return this
  }

  release(): void {
    this.holding.release()
  }

  /** Donates the buffer: this storage no longer frees or counts it. */
  surrender(): void {
    this.holding.surrender()
  }
}

function creationSite(): string {
  const lines = (new Error().stack ?? '').split('\n').slice(1)
  return lines.find((line) => !/[\\/](tensor|graph|autograd)[\\/](src|dist)[\\/]/.test(line))?.trim() ?? 'unknown'
}
