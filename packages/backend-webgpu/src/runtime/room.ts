import { type Cause, watched } from './cause.ts'
import { usage } from './usage.ts'

interface Growth {
  readonly old: GPUBuffer
  readonly larger: GPUBuffer
  readonly cause: Cause
}

const outOfMemory = (bytes: number) =>
  `it has no room for ${(bytes / 2 ** 20).toFixed(1)} MiB. What was computed before is still there. Use smaller batches or a smaller model, or dispose tensors`

/**
 * The GPU's part of a heap: one buffer, which is replaced by a larger one when it has to grow. Whether the device had room for
 * that one is told later; until then the old one is kept, to go back to.
 */
export class GpuRoom {
  buffer: GPUBuffer
  /** Counts the buffers that there have been. */
  version = 0
  private growths: Growth[] = []

  constructor(
    private readonly device: GPUDevice,
    bytes: number,
    private mostBytes: number,
    /** Called after going back to a smaller buffer. */
    private readonly onShrink: () => void,
  ) {
    this.buffer = this.create(Math.min(bytes, mostBytes))
  }

  get byteLength(): number {
    return this.buffer.size
  }

  /** What it depends on that there is a buffer. */
  get causes(): readonly Cause[] {
    return this.growths.map(({ cause }) => cause)
  }

  grow(bytes: number): boolean {
    const old = this.buffer
    const size = Math.ceil((old.size + bytes) / 256) * 256
    if (size > this.mostBytes) return false
    const { result: larger, cause } = watched(this.device, ['out-of-memory', 'validation'], outOfMemory(size), () => {
      const made = this.create(size)
      const encoder = this.device.createCommandEncoder()
      encoder.copyBufferToBuffer(old, 0, made, 0, old.size)
      this.device.queue.submit([encoder.finish()])
      return made
    })
    this.buffer = larger
    this.version++
    const growth = { old, larger, cause }
    this.growths.push(growth)
    cause.settled.then(() => this.settle(growth))
    return true
  }

  private settle(growth: Growth): void {
    const place = this.growths.indexOf(growth)
    if (place < 0) return
    if (growth.cause.state === 'good') {
      this.growths.splice(place, 1)
      growth.old.destroy()
      return
    }
    for (const { larger } of this.growths.splice(place)) larger.destroy()
    this.buffer = growth.old
    this.version++
    this.mostBytes = growth.old.size
    this.onShrink()
  }

  private create(size: number): GPUBuffer {
    return this.device.createBuffer({ label: 'heap', size, usage: usage.storage | usage.copySrc | usage.copyDst })
  }
}
