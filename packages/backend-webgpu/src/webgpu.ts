import { CompiledGraphs, type HeapBuffer } from '@gradus/schedule'
import type { Backend } from '@gradus/tensor'
import { hasOpaque } from './kernels/opaque.ts'
import { findGpu, type GpuSource, openDevice } from './runtime/gpu.ts'
import { Machine } from './runtime/machine.ts'
import { requireMatrices } from './runtime/matrix-check.ts'
import { compileGraph, GpuProgram } from './runtime/program.ts'
import type { GpuTraits } from './runtime/traits.ts'
import { type Measure, measureOn, type TuneCache, tunedTiles } from './runtime/tuning.ts'
import { hasElementwise } from './wgsl/elementwise.ts'

/** Options of the WebGPU backend. */
export interface WebGpuOptions {
  /** The source of adapters. Default: `navigator.gpu`, and in Node the package `webgpu`. */
  readonly gpu?: GpuSource
  /**
   * Whether to measure at start, for about a second, which tiles are the fastest for matrix products on this device. Not on
   * drivers without a GPU.
   */
  readonly tune?: boolean
  /** Keeps the measurements for the next start. */
  readonly tuneCache?: TuneCache
  /** Options that may change, and that have not run on every kind of device. */
  readonly experimental?: {
    /**
     * Computes products of float16 matrices with the matrix units (tensor cores) of the device, which browsers and Dawn
     * offer behind a flag. Rejects where there are none for float16 with float32 sums, and where they compute wrong
     * results.
     */
    readonly subgroupMatrix?: boolean
  }
}

/**
 * Runs programs on the GPU through WebGPU. A whole program, such as a train step, is a list of generated shaders with fused
 * ops, and one submission. Works in browsers and their workers, in Deno, and in Node with the package `webgpu`. Values are
 * read with `await` (`data()`).
 *
 * Dtypes are float32, float16, int32, uint32 and bool. Results agree with those of `cpu` up to rounding; random bits are
 * equal. Denormal numbers may become 0.
 *
 * Rejects with `BackendError` where there is no WebGPU or no adapter. Later failures, such as a lost device, are reported
 * by the next read.
 */
export function webgpu(options: WebGpuOptions = {}): Promise<Backend> {
  return makeWebGpu(options)
}

/** Options for tests. */
export interface MakeOptions extends WebGpuOptions {
  /** The maximum size of the memory, in bytes. */
  readonly maxBytes?: number
  /** Replaces the detected traits of the device. */
  readonly traits?: GpuTraits
  /** Replaces the measurements, even on drivers without a GPU. */
  readonly measure?: (machine: Machine) => Measure
}

export async function makeWebGpu({
  gpu,
  experimental,
  tune = false,
  tuneCache,
  maxBytes = Number.POSITIVE_INFINITY,
  traits: given,
  measure,
}: MakeOptions): Promise<Backend> {
  const wantsMatrices = experimental?.subgroupMatrix ?? false
  const { device, about, isSoftware, traits: found } = await openDevice(gpu ?? (await findGpu()), wantsMatrices)
  const machine = new Machine(device, 'webgpu', maxBytes)
  let traits = given ?? found
  if (tune && (measure || !isSoftware)) {
    const measured = measure?.(machine) ?? measureOn(machine, traits, () => performance.now())
    traits = { ...traits, tiles: await tunedTiles(about, measured, tuneCache) }
  }
  const backend = backendOn(machine, about, traits)
  if (wantsMatrices && !given) await requireMatrices(backend, traits)
  return backend
}

function backendOn(machine: Machine, about: string, traits: GpuTraits): Backend {
  const compiled = new CompiledGraphs({
    name: 'webgpu',
    hasElementwise: hasElementwise,
    hasOpaque,
    compile: (graph) => compileGraph(graph, traits),
  })
  return {
    name: 'webgpu',
    about,
    has: ({ name }) => hasElementwise(name),
    allocate: (bytes) => machine.memory.allocate(bytes),
    write: (buffer, data) => machine.write(buffer as HeapBuffer, data),
    read: (buffer) => machine.read(buffer as HeapBuffer),
    free: (buffer) => machine.memory.free(buffer as HeapBuffer),
    compile: (graph) => new GpuProgram(machine, compiled.get(graph), graph.constants),
  }
}
