import { UnknownOp } from '@gradus/graph'
import { type Backend, BackendError, type DeviceBuffer, type Graph } from '@gradus/tensor'
import { elementwiseRow } from './elementwise/table.ts'
import type { WasmBuffer } from './runtime/buffer.ts'
import { detectFeatures } from './runtime/features.ts'
import { Machine } from './runtime/machine.ts'
import { WasmProgram } from './runtime/program.ts'
import { ProgramCache } from './runtime/program-cache.ts'
import { processorCount, threadObstacle } from './runtime/threads/platform-worker.ts'

/** 4 GiB, all that 32-bit addresses reach. */
const allPages = 65536

/** Options of the WebAssembly backend. */
export interface WasmOptions {
  /** How many threads work together; by default as many as the machine has processors, 1 where threads are not possible. */
  readonly threads?: number
  /** Whether to use relaxed SIMD (fused multiply-add) where the engine has it (default true). */
  readonly relaxedSimd?: boolean
}

/** Work that takes about as long as waking other threads and waiting for them. */
const threadCost = 200_000

export function wasm(options: WasmOptions = {}): Backend {
  return makeWasm(options)
}

/** What tests choose besides. */
export interface MakeOptions extends WasmOptions {
  readonly simd?: boolean
  readonly worthSharing?: number
  readonly maximumPages?: number
}

export function makeWasm(options: MakeOptions): Backend {
  const { threads, relaxedSimd = true, simd = true, worthSharing = threadCost, maximumPages = allPages } = options
  const found = detectFeatures()
  const features = { simd: found.simd && simd, relaxedSimd: found.relaxedSimd && relaxedSimd && simd }
  const count = threads ?? (threadObstacle() === undefined ? Math.min(processorCount(), 8) : 1)
  const memory = new WebAssembly.Memory({ initial: 256, maximum: maximumPages, shared: count > 1 })
  const machine = new Machine(memory, count, 'wasm')
  const target = { features, threads: count, maximumPages, worthSharing }
  const cache = new ProgramCache(target)
  return {
    name: 'wasm',
    // composites that have code of their own
    has: ({ name }) => elementwiseRow(name) !== undefined,
    allocate: (bytes) => machine.allocate(bytes),
    write(buffer: DeviceBuffer, data: ArrayBufferView) {
      const { address } = buffer as WasmBuffer
      machine.heap.bytesAt(address, data.byteLength).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    },
    read: (buffer) => Promise.resolve(copyOf(buffer)),
    readSync: copyOf,
    free: (buffer) => machine.free(buffer as WasmBuffer),
    compile(graph: Graph) {
      try {
        return new WasmProgram(machine, cache.get(graph), graph.constants)
      } catch (error) {
        if (!(error instanceof UnknownOp)) throw error
        throw new BackendError(
          `The wasm backend has no code for the op '${error.op}'. Give the op an \`inline\` body made of other ops.`,
        )
      }
    },
  }

  function copyOf(buffer: DeviceBuffer): Uint8Array {
    const { address, byteLength } = buffer as WasmBuffer
    // a copy in memory of its own: a shared one is not accepted everywhere
    return new Uint8Array(machine.heap.bytesAt(address, byteLength))
  }
}
