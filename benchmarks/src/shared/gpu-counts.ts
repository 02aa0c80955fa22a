/** Numbers of WebGPU calls. */
export interface GpuCounts {
  readonly dispatches: number
  readonly passes: number
  readonly submits: number
  /** The number of different pipelines in use since the last reading of the counts. */
  readonly pipelines: number
  readonly buffers: number
  readonly bindGroups: number
  /** Bytes that the queue wrote, and those of buffers mapped at creation. */
  readonly uploadedBytes: number
  readonly copiedBytes: number
  /** Buffers that were mapped to read them. */
  readonly reads: number
}

export const countNames: readonly (keyof GpuCounts)[] = [
  'dispatches',
  'passes',
  'submits',
  'pipelines',
  'buffers',
  'bindGroups',
  'uploadedBytes',
  'copiedBytes',
  'reads',
]

/** The global object of a process that counts calls. */
export interface CountedGlobal {
  readonly gpuCounts?: () => GpuCounts
}

// biome-ignore lint/suspicious/noExplicitAny: methods with any parameters are wrapped
type Method = (this: object, ...args: any[]) => unknown

interface Interface {
  readonly prototype: object
}

/** The interfaces of WebGPU, as in the global object of a page. */
export type GpuInterfaces = Readonly<
  Record<'GPUDevice' | 'GPUQueue' | 'GPUCommandEncoder' | 'GPUComputePassEncoder' | 'GPUBuffer', Interface>
>

/**
 * Counts the calls to all devices of the process from now on. The methods of the interfaces are wrapped, so libraries need no
 * change. Returns a function that returns the counts so far.
 */
export function countGpuCalls(interfaces: GpuInterfaces): () => GpuCounts {
  const counts = Object.fromEntries(countNames.map((name) => [name, 0])) as Record<keyof GpuCounts, number>
  const pipelines = new Set<object>()
  const { GPUDevice, GPUQueue, GPUCommandEncoder, GPUComputePassEncoder, GPUBuffer } = interfaces
  const add = (name: keyof GpuCounts, amount = 1) => {
    counts[name] += amount
  }

  before(GPUDevice, 'createBuffer', ({ size, mappedAtCreation }: { size: number; mappedAtCreation?: boolean }) => {
    add('buffers')
    if (mappedAtCreation) add('uploadedBytes', size)
  })
  before(GPUDevice, 'createBindGroup', () => add('bindGroups'))
  before(GPUQueue, 'submit', () => add('submits'))
  before(GPUQueue, 'writeBuffer', (_buffer, _offset, data: ArrayBuffer | ArrayBufferView, from = 0, size?: number) => {
    const unit = 'BYTES_PER_ELEMENT' in data ? Number(data.BYTES_PER_ELEMENT) : 1
    add('uploadedBytes', size === undefined ? data.byteLength - from * unit : size * unit)
  })
  before(GPUCommandEncoder, 'beginComputePass', () => add('passes'))
  before(GPUCommandEncoder, 'copyBufferToBuffer', (...args) => {
    // (source, destination, size?) or (source, from, destination, to, size)
    const size = typeof args[1] === 'number' ? args[4] : args[2]
    add('copiedBytes', (size ?? (args[0] as { size: number }).size) as number)
  })
  before(GPUComputePassEncoder, 'setPipeline', (pipeline: object) => pipelines.add(pipeline))
  before(GPUComputePassEncoder, 'dispatchWorkgroups', () => add('dispatches'))
  before(GPUComputePassEncoder, 'dispatchWorkgroupsIndirect', () => add('dispatches'))
  before(GPUBuffer, 'mapAsync', () => add('reads'))
  return () => {
    const inUse = pipelines.size
    pipelines.clear()
    return { ...counts, pipelines: inUse }
  }
}

function before({ prototype }: Interface, name: string, note: Method): void {
  const methods = prototype as Record<string, Method>
  const original = methods[name]!
  methods[name] = function (...args) {
    note.apply(this, args)
    return original.apply(this, args)
  }
}

/**
 * For a device that computes nothing: reads return -0 everywhere, instead of the content of its memory. As an integer that is
 * negative, which Gradus takes as the sign that no step failed.
 */
export function readNothing({ GPUBuffer }: GpuInterfaces): void {
  const mapRead = 1
  const prototype = GPUBuffer.prototype as GPUBuffer
  const { getMappedRange } = prototype
  prototype.getMappedRange = function (...range) {
    const bytes = getMappedRange.apply(this, range)
    if (this.usage & mapRead) new Float32Array(bytes).fill(-0)
    return bytes
  }
}

/** The difference of two counts. Pipelines are not subtracted, because they count from the last reading. */
export function less(after: GpuCounts, before: GpuCounts): GpuCounts {
  return { ...mapCounts((name) => after[name] - before[name]), pipelines: after.pipelines }
}

/** The counts times a factor, except for the pipelines. Negative counts, which occur by chance, become 0. */
export function scaled(counts: GpuCounts, factor: number): GpuCounts {
  return { ...mapCounts((name) => Math.max(0, counts[name]) * factor), pipelines: counts.pipelines }
}

function mapCounts(count: (name: keyof GpuCounts) => number): GpuCounts {
  return Object.fromEntries(countNames.map((name) => [name, count(name)])) as unknown as GpuCounts
}
