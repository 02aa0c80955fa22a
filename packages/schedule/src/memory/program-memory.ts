import type { DeviceBuffer } from '@gradus/tensor'
import type { Heap } from './heap.ts'

/** A block of a heap, as a buffer. */
export class HeapBuffer implements DeviceBuffer {
  constructor(
    readonly address: number,
    readonly byteLength: number,
  ) {}
}

/**
 * The memory in which programs run: buffers for values, and named regions that all programs share, because they run one at
 * a time. A region is as large as the program that needs most of it.
 */
export class ProgramMemory<R extends string> {
  /** Counts how often regions moved. */
  version = 0
  private readonly regions = new Map<R, HeapBuffer>()

  constructor(private readonly heap: Heap) {}

  allocate(bytes: number): HeapBuffer {
    return new HeapBuffer(this.heap.allocate(bytes), bytes)
  }

  free({ address, byteLength }: HeapBuffer): void {
    this.heap.release(address, byteLength)
  }

  /** The address of a region; 0 while no program needed it. */
  address(region: R): number {
    return this.regions.get(region)?.address ?? 0
  }

  /** Makes a region at least so large; its content is lost when it moves. */
  reserve(region: R, bytes: number): void {
    const old = this.regions.get(region)
    if (bytes <= (old?.byteLength ?? 0)) return
    this.regions.set(region, this.allocate(bytes))
    if (old) this.free(old)
    this.version++
  }

  /** Drops the regions that do not end within the first `bytes` of the memory, which became smaller. */
  forgetBeyond(bytes: number): void {
    for (const [region, { address, byteLength }] of this.regions) {
      if (address + byteLength <= bytes) continue
      this.regions.delete(region)
      this.version++
    }
  }
}
