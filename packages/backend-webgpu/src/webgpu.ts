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
  /** Where adapters come from; by default `navigator.gpu`, and in Node the package `webgpu`. */
  readonly gpu?: GpuSource
  /**
   * Finds out, when the backend starts, which tiles matrix products are best made of on this device: about a second. Drivers
   * without a GPU are left as they are.
   */
  readonly tune?: boolean
  /** Keeps what was found out, so that the next start takes it from there. */
  readonly tuneCache?: TuneCache
  /** What may change or go away, and has not run on every kind of device. */
  readonly experimental?: {
    /**
     * Products of float16 matrices by the matrix units (tensor cores) of the device, which browsers and Dawn offer behind a
     * flag. Rejects where there are none for float16 with float32 sums, and where they compute wrongly.
     */
    readonly subgroupMatrix?: boolean
  }
}

/**
 * Runs programs on the GPU through WebGPU: a whole program, such as a train step, is one list of shaders that are generated
 * for it, with neighboring ops fused, and one submission. Works in browsers and their workers, in Deno, and in Node with
 * the package `webgpu`. Values are read with `await` (`data()`), not at once.
 *
 * Numbers are float32, float16, int32, uint32 and bool. Results agree with those of `cpu` up to rounding; the random bits are the
 * same. Very small numbers (denormals) may become 0.
 *
 * Rejects with `BackendError` where there is no WebGPU or no adapter. What fails later, such as a device that is lost, is
 * told by the next read.
 */
export function webgpu(options: WebGpuOptions = {}): Promise<Backend> {
  return makeWebGpu(options)
}

/** What tests choose besides. */
export interface MakeOptions extends WebGpuOptions {
  /** How large the memory may become. */
  readonly maxBytes?: number
  /** Takes the place of what is found out about the device. */
  readonly traits?: GpuTraits
  /** Takes the place of measuring, also on drivers without a GPU. */
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
