import type { DeviceBuffer } from '@gradus/tensor/internals'
import type { Heap } from './heap.ts'

/** A block of a heap, as a buffer. */
export class HeapBuffer implements DeviceBuffer {
  constructor(
    readonly address: number,
    readonly byteLength: number,
  ) {}
}

/**
 * The memory of a backend's programs: buffers for values, and named regions that all programs share, since programs run one
 * at a time.
 */
export class ProgramMemory<R extends string> {
  /** The number of times that a region moved. */
  version = 0
  private readonly regions = new Map<R, HeapBuffer>()

  constructor(private readonly heap: Heap) {}

  allocate(bytes: number): HeapBuffer {
    return new HeapBuffer(this.heap.allocate(bytes), bytes)
  }

  free({ address, byteLength }: HeapBuffer): void {
    this.heap.release(address, byteLength)
  }

  /** The address of a region; 0 before the first `reserve`. */
  address(region: R): number {
    return this.regions.get(region)?.address ?? 0
  }

  /** Grows a region to at least `bytes`. A region that grows moves and loses its content. */
  reserve(region: R, bytes: number): void {
    const old = this.regions.get(region)
    if (bytes <= (old?.byteLength ?? 0)) return
    this.regions.set(region, this.allocate(bytes))
    if (old) this.free(old)
    this.version++
  }

  /** Drops the regions that extend beyond `bytes`, the new size of the memory. */
  forgetBeyond(bytes: number): void {
    for (const [region, { address, byteLength }] of this.regions) {
      if (address + byteLength <= bytes) continue
      this.regions.delete(region)
      this.version++
    }
  }
}
