import type { DeviceBuffer } from '@gradus/tensor'
import type { Heap } from './heap.ts'

/** A part of a heap, as a buffer. */
export class HeapPart implements DeviceBuffer {
  constructor(
    readonly address: number,
    readonly byteLength: number,
  ) {}
}

/** Parts of a heap in which programs work, one program at a time: each as large as any of them needs it. */
export class Areas<N extends string> {
  /** Counts the moves. */
  version = 0
  private readonly parts = new Map<N, HeapPart>()

  constructor(private readonly heap: Heap) {}

  /** Where an area begins; 0 if nobody needed it so far. */
  address(name: N): number {
    return this.parts.get(name)?.address ?? 0
  }

  /** Gives up areas that end after so many bytes of the memory. */
  forgetBeyond(bytes: number): void {
    for (const [name, { address, byteLength }] of this.parts) {
      if (address + byteLength <= bytes) continue
      this.parts.delete(name)
      this.version++
    }
  }

  grow(name: N, bytes: number): void {
    const old = this.parts.get(name)
    if (bytes <= (old?.byteLength ?? 0)) return
    const part = new HeapPart(this.heap.allocate(bytes), bytes)
    if (old) this.heap.release(old.address, old.byteLength)
    this.parts.set(name, part)
    this.version++
  }
}
