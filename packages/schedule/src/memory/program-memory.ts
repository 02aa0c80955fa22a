import type { DeviceBuffer } from '@gradus/tensor/internals'
import type { Heap } from './heap.ts'
import type { UnusedTensors } from './unused-tensors.ts'

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
  private preparing = false

  constructor(
    private readonly heap: Heap,
    private readonly unused?: UnusedTensors,
  ) {}

  /** Allocates a buffer for a value. */
  allocate(bytes: number): HeapBuffer {
    this.unused?.allocate(bytes)
    try {
      return this.block(bytes, false)
    } catch (error) {
      this.unused?.free(bytes)
      throw error
    }
  }

  free({ address, byteLength }: HeapBuffer): void {
    this.unused?.free(byteLength)
    this.heap.release(address, byteLength)
  }

  /** Allocates memory that a program has for as long as it exists. */
  allocateLasting(bytes: number): HeapBuffer {
    return this.block(bytes, true)
  }

  freeLasting({ address, byteLength }: HeapBuffer): void {
    this.heap.release(address, byteLength)
  }

  /**
   * Allocates all that a run needs: regions of at least these sizes, and the outputs. `fitting` is a version in which the regions
   * had these sizes: they still have them as long as no region has moved.
   */
  prepare<T>(regions: Readonly<Record<R, number>>, outputs: () => T, fitting?: number): T {
    const preparing = this.preparing
    this.preparing = true
    try {
      if (this.version !== fitting) this.reserveAll(regions)
      return outputs()
    } catch (error) {
      if (!this.dropRegions()) throw error
      this.reserveAll(regions)
      return outputs()
    } finally {
      this.preparing = preparing
    }
  }

  private block(bytes: number, lasting: boolean): HeapBuffer {
    try {
      return new HeapBuffer(this.heap.allocate(bytes, lasting), bytes)
    } catch (error) {
      // a run in preparation needs its regions
      if (this.preparing || !this.dropRegions()) throw error
      return new HeapBuffer(this.heap.allocate(bytes, lasting), bytes)
    }
  }

  private reserveAll(regions: Readonly<Record<R, number>>): void {
    for (const region of Object.keys(regions) as R[]) this.reserve(region, regions[region])
  }

  /** Frees the regions, whose content only a running program needs. Returns false if there are none. */
  private dropRegions(): boolean {
    if (this.regions.size === 0) return false
    for (const { address, byteLength } of this.regions.values()) this.heap.release(address, byteLength)
    this.regions.clear()
    this.version++
    return true
  }

  /** The address of a region; 0 before the first `reserve`. */
  address(region: R): number {
    return this.regions.get(region)?.address ?? 0
  }

  /** For `prepare` and tests: grows a region to at least `bytes`. A region that grows moves and loses its content. */
  reserve(region: R, bytes: number): void {
    const old = this.regions.get(region)
    if (bytes <= (old?.byteLength ?? 0)) return
    if (old) this.heap.release(old.address, old.byteLength)
    this.regions.delete(region)
    this.version++
    this.regions.set(region, new HeapBuffer(this.heap.allocate(bytes), bytes))
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
