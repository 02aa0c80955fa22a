import { usage } from './usage.ts'

/** The GPU's part of a heap: one buffer, which is replaced by a larger one when it has to grow. */
export class GpuRoom {
  buffer: GPUBuffer
  /** Counts the buffers that there have been. */
  version = 0

  constructor(
    private readonly device: GPUDevice,
    bytes: number,
    private readonly mostBytes: number,
  ) {
    this.buffer = this.create(Math.min(bytes, mostBytes))
  }

  get byteLength(): number {
    return this.buffer.size
  }

  grow(bytes: number): boolean {
    const size = Math.ceil((this.buffer.size + bytes) / 256) * 256
    if (size > this.mostBytes) return false
    const larger = this.create(size)
    const encoder = this.device.createCommandEncoder()
    encoder.copyBufferToBuffer(this.buffer, 0, larger, 0, this.buffer.size)
    this.device.queue.submit([encoder.finish()])
    this.buffer.destroy()
    this.buffer = larger
    this.version++
    return true
  }

  private create(size: number): GPUBuffer {
    return this.device.createBuffer({ label: 'heap', size, usage: usage.storage | usage.copySrc | usage.copyDst })
  }
}
