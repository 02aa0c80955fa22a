import { type DeviceCheck, watched } from './device-check.ts'
import { usage } from './usage.ts'

interface Growth {
  readonly old: GPUBuffer
  readonly larger: GPUBuffer
  readonly check: DeviceCheck
}

const outOfMemory = (bytes: number) =>
  `it could not allocate ${(bytes / 2 ** 20).toFixed(1)} MiB. Earlier values are unchanged. Use smaller batches or a smaller model, or dispose tensors`

/**
 * The storage of a heap: a GPU buffer, which a larger one replaces when it has to grow. Whether the allocation succeeded is
 * known only later; until then the old buffer is kept to go back to.
 */
export class GrowableBuffer {
  buffer: GPUBuffer
  /** The number of times that the buffer was replaced. */
  version = 0
  private growths: Growth[] = []

  constructor(
    private readonly device: GPUDevice,
    bytes: number,
    private maxBytes: number,
    /** Called after going back to a smaller buffer. */
    private readonly onShrink: () => void,
  ) {
    this.buffer = this.create(Math.min(bytes, maxBytes))
  }

  get byteLength(): number {
    return this.buffer.size
  }

  /** The pending checks of replacements. */
  get checks(): readonly DeviceCheck[] {
    return this.growths.map(({ check }) => check)
  }

  grow(bytes: number): boolean {
    const old = this.buffer
    const size = Math.ceil((old.size + bytes) / 256) * 256
    if (size > this.maxBytes) return false
    const { result: larger, check } = watched(this.device, ['out-of-memory', 'validation'], outOfMemory(size), () => {
      const made = this.create(size)
      const encoder = this.device.createCommandEncoder()
      encoder.copyBufferToBuffer(old, 0, made, 0, old.size)
      this.device.queue.submit([encoder.finish()])
      return made
    })
    this.buffer = larger
    this.version++
    const growth = { old, larger, check }
    this.growths.push(growth)
    check.settled.then(() => this.settle(growth))
    return true
  }

  private settle(growth: Growth): void {
    const index = this.growths.indexOf(growth)
    if (index < 0) return
    if (growth.check.state === 'passed') {
      this.growths.splice(index, 1)
      growth.old.destroy()
      return
    }
    for (const { larger } of this.growths.splice(index)) larger.destroy()
    this.buffer = growth.old
    this.version++
    this.maxBytes = growth.old.size
    this.onShrink()
  }

  private create(size: number): GPUBuffer {
    return this.device.createBuffer({ label: 'heap', size, usage: usage.storage | usage.copySrc | usage.copyDst })
  }
}
