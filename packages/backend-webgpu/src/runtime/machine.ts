import { askForCollection, Heap, type HeapBuffer, ProgramMemory, UnusedTensors } from '@gradus/schedule'
import { BackendError } from '@gradus/tensor'
import { assemble } from '../kernels/assemble.ts'
import { copyCode } from '../kernels/copy.ts'
import { type DeviceCheck, watched } from './device-check.ts'
import { GrowableBuffer } from './growable-buffer.ts'
import { ProvenanceLog } from './provenance.ts'
import { tableBytes, tableHeader, tableUsage } from './table.ts'
import { mapModeRead, shaderStageCompute, usage } from './usage.ts'

const firstBytes = 2 ** 22

/** Regions that programs share: for intermediate values, and for values that a kernel keeps between its shaders. */
export type Region = 'arena' | 'workspace'

/** A compiled shader, and whether its compilation succeeded. */
export interface Pipeline {
  readonly pipeline: GPUComputePipeline
  readonly check: DeviceCheck
}

/** Destroys the devices of machines that were garbage collected, with all their memory. */
const abandoned = /* @__PURE__ */ new FinalizationRegistry<GPUDevice>((device) => device.destroy())

/** The collector does not see the memory of a device, so it is asked to run after as many starts. */
const startsPerCollection = 8
let started = 0

/** The first failure that no operation reports. Devices refer to it, and not to the machine, which they would keep alive. */
class Failure {
  message: string | undefined

  constructor(device: GPUDevice) {
    device.addEventListener('uncapturederror', ({ error }) => {
      this.message ??= error.message
    })
    device.lost.then(({ reason, message }) => {
      this.message =
        `The device was lost (${reason}), and all values with it. ${message} ` +
        'Start again with `await useBackend(await webgpu())` and the saved weights, such as those of the callback ModelCheckpoint.'
    })
  }
}

/** A device with its memory, its shaders and its failures. It is destroyed when nothing uses the machine. */
export class Machine {
  readonly storage: GrowableBuffer
  readonly layout: GPUPipelineLayout
  private readonly groupLayout: GPUBindGroupLayout
  readonly memory: ProgramMemory<Region>
  private readonly heap: Heap
  private readonly pipelines = new Map<string, Pipeline>()
  private readonly staging: GPUBuffer[] = []
  private readonly provenance = new ProvenanceLog()
  private readonly failure: Failure

  constructor(
    readonly device: GPUDevice,
    private readonly name: string,
    maxBytes: number,
  ) {
    const { limits } = device
    const most = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize, maxBytes)
    this.storage = new GrowableBuffer(device, firstBytes, most, () => {
      this.heap.shrink()
      this.memory.forgetBeyond(this.storage.byteLength)
    })
    this.heap = new Heap(this.storage, name)
    this.memory = new ProgramMemory(this.heap, new UnusedTensors(name, most))
    this.groupLayout = device.createBindGroupLayout({
      entries: [
        { binding: 0, visibility: shaderStageCompute, buffer: { type: 'storage' } },
        { binding: 1, visibility: shaderStageCompute, buffer: { type: 'uniform', hasDynamicOffset: true } },
      ],
    })
    this.layout = device.createPipelineLayout({ bindGroupLayouts: [this.groupLayout] })
    this.failure = new Failure(device)
    abandoned.register(this, device)
    if (++started % startsPerCollection === 0) askForCollection()
  }

  write(part: HeapBuffer, data: ArrayBufferView): void {
    const checks = this.watch([], () => this.writeNow(part, data))
    this.provenance.record([part], [], checks)
  }

  /** Throws the first known failure. */
  demand(checks: readonly DeviceCheck[]): void {
    const failed = checks.find(({ state }) => state === 'failed')
    if (failed) throw this.error(failed.message)
  }

  /**
   * Performs work that fails if one of the checks fails or memory is exhausted. Returns all checks on which its results
   * depend.
   */
  watch(checks: readonly DeviceCheck[], work: () => void): readonly DeviceCheck[] {
    const open = [...checks, ...this.storage.checks].filter(({ state }) => state !== 'passed')
    if (open.length === 0) {
      work()
      return []
    }
    return [...open, watched(this.device, ['validation', 'out-of-memory'], 'a call was refused', work).check]
  }

  /** Records the dependencies of values until their checks have passed. */
  record(written: readonly HeapBuffer[], read: readonly HeapBuffer[], checks: readonly DeviceCheck[]): void {
    this.provenance.record(written, read, checks)
  }

  private writeNow({ address, byteLength }: HeapBuffer, data: ArrayBufferView): void {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    const rest = bytes.length % 4
    if (rest === 0 || bytes.length === byteLength) {
      this.writeWords(address, bytes)
      return
    }
    // a copy by a shader writes bytes that share a word with other values
    const whole = bytes.length - rest
    this.writeWords(address, bytes.subarray(0, whole))
    const passing = this.heap.allocate(4)
    this.writeWords(passing, bytes.subarray(whole))
    this.launch(assemble([[copyCode(rest, 'bytes')]]), [passing, address + whole])
    this.heap.release(passing, 4)
  }

  /** Runs a shader with one workgroup. */
  private launch(wgsl: string, addresses: readonly number[]): void {
    const words = new Uint32Array(tableBytes(addresses.length) / 4)
    words.set([...tableHeader, ...addresses])
    const table = this.device.createBuffer({ label: 'table', size: words.byteLength, usage: tableUsage })
    this.device.queue.writeBuffer(table, 0, words)
    const encoder = this.device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    pass.setPipeline(this.pipeline(wgsl, 'write').pipeline)
    pass.setBindGroup(0, this.group(table, words.byteLength), [0])
    pass.dispatchWorkgroups(1)
    pass.end()
    this.device.queue.submit([encoder.finish()])
    table.destroy()
  }

  /** The bindings of a shader: the heap, and a table of a given size in bytes, at a dynamic offset. */
  group(tables: GPUBuffer, bytes: number): GPUBindGroup {
    return this.device.createBindGroup({
      layout: this.groupLayout,
      entries: [
        { binding: 0, resource: { buffer: this.storage.buffer } },
        { binding: 1, resource: { buffer: tables, size: bytes } },
      ],
    })
  }

  private writeWords(address: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return
    // from a copy, because some platforms do not accept shared memory
    const words = new Uint8Array(Math.ceil(bytes.length / 4) * 4)
    words.set(bytes)
    this.device.queue.writeBuffer(this.storage.buffer, address, words)
  }

  /** Reads a buffer after all earlier work. Rejects if the device failed to compute the value. */
  async read(part: HeapBuffer): Promise<Uint8Array> {
    const { address, byteLength } = part
    const bytes = Math.max(4, Math.ceil(byteLength / 4) * 4)
    const lost = this.provenance.failureOf(part)
    if (address + bytes > this.storage.byteLength) {
      throw this.error((await lost) ?? 'the value was lost when the memory could not grow.')
    }
    const staging = this.takeStaging(bytes)
    const checks = this.watch([], () => {
      const encoder = this.device.createCommandEncoder()
      encoder.copyBufferToBuffer(this.storage.buffer, address, staging, 0, bytes)
      this.device.queue.submit([encoder.finish()])
    })
    try {
      await staging.mapAsync(mapModeRead, 0, bytes)
    } catch (error) {
      throw this.error(this.failure.message ?? (error as Error).message)
    }
    const copy = new Uint8Array(staging.getMappedRange(0, bytes).slice(0, byteLength))
    staging.unmap()
    this.staging.push(staging)
    await Promise.all(checks.map(({ settled }) => settled))
    const message = (await lost) ?? checks.find(({ state }) => state === 'failed')?.message ?? this.failure.message
    if (message !== undefined) throw this.error(message)
    return copy
  }

  pipeline(code: string, label: string): Pipeline {
    let found = this.pipelines.get(code)
    if (!found) {
      const { result: pipeline, check } = watched(
        this.device,
        ['validation', 'internal'],
        `the shader for ${label}`,
        () => {
          const module = this.device.createShaderModule({ label, code })
          return this.device.createComputePipeline({ label, layout: this.layout, compute: { module } })
        },
      )
      this.pipelines.set(code, (found = { pipeline, check }))
    }
    return found
  }

  private takeStaging(bytes: number): GPUBuffer {
    const found = this.staging.findIndex(({ size }) => size >= bytes && size <= 4 * bytes + 65536)
    if (found >= 0) return this.staging.splice(found, 1)[0]!
    while (this.staging.length > 8) this.staging.shift()!.destroy()
    return this.device.createBuffer({ label: 'staging', size: bytes, usage: usage.mapRead | usage.copyDst })
  }

  private error(message: string): BackendError {
    return new BackendError(`The ${this.name} backend failed: ${message}`)
  }
}
