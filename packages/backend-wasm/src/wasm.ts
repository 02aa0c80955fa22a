import { askForCollection, CompiledGraphs, type HeapBuffer } from '@gradus/schedule'
import { type Backend, BackendError } from '@gradus/tensor'
import type { DeviceBuffer } from '@gradus/tensor/internals'
import { hasOpaque } from './codegen/kernel-function.ts'
import type { Features } from './codegen/tools.ts'
import { hasElementwise } from './elementwise/table.ts'
import { requireOptions } from './options.ts'
import { codeObstacle, detectFeatures } from './runtime/features.ts'
import { LiveBackends } from './runtime/live-backends.ts'
import { Machine } from './runtime/machine.ts'
import { compileGraph, WasmProgram } from './runtime/program.ts'
import { processorCount, threadObstacle } from './runtime/threads/platform-worker.ts'

const pageBytes = 65536
/** 4 GiB, the range of 32-bit addresses. */
const allPages = 65536
/** 16 MiB. */
const firstPages = 256

/** Memory bandwidth limits programs: more threads are not faster. */
const maxThreads = 8

/** Options of the WebAssembly backend. */
export interface WasmOptions {
  /**
   * The number of threads, including the main thread. Default: the number of processors, at most 8; 1 where threads are not
   * possible.
   */
  readonly threads?: number
  /** Whether to use relaxed SIMD (fused multiply-add) where the engine has it (default true). */
  readonly relaxedSimd?: boolean
}

const live = /* @__PURE__ */ new LiveBackends()

/** The collector does not see the memory of a backend, so it is asked to run after as many starts. */
const startsPerCollection = 8
let started = 0

/** The work that takes about as long as waking other threads and waiting for them. */
const threadCost = 200_000

/**
 * Generates WebAssembly at run time. A whole program, such as a train step, becomes one call of a module with fused kernels
 * and SIMD, and with threads where memory can be shared (in Node, and in pages that are cross-origin isolated). There is
 * nothing to host or to await, and values can be read synchronously (`array()`, `dataSync()`).
 *
 * Results agree with those of `cpu` up to rounding: elementary functions in float32 are accurate to 2 units in the last
 * place, sums are added in another order, and denormal numbers become 0 in values that a program updates.
 *
 * Throws `BackendError` where WebAssembly cannot be compiled, such as under a Content-Security-Policy without
 * `wasm-unsafe-eval`, if more than one thread is requested where threads are not possible, and for unknown options.
 *
 * @example
 * import { wasm } from '@gradus/backend-wasm'
 * import { matmul, tensor, useBackend } from '@gradus/tensor'
 * await useBackend(wasm())
 * matmul(tensor([[1, 2], [3, 4]]), tensor([[1], [1]])).array() // => [[3], [7]]
 */
export function wasm(options: WasmOptions = {}): WasmBackend {
  requireOptions(options)
  return makeWasm(options)
}

/** The WebAssembly backend. One that nothing uses is freed without `close`, when it is garbage collected. */
export interface WasmBackend extends Backend {
  /** Ends the threads now. Tensors and programs of the backend cannot be used afterwards: they throw `BackendError`. */
  close(): void
  /** The same, for `using backend = wasm()`. */
  [Symbol.dispose](): void
}

/** Options for tests. */
export interface MakeOptions extends WasmOptions {
  readonly simd?: boolean
  readonly worthSharing?: number
  readonly maximumPages?: number
  /** How long to wait for a thread that makes no progress. */
  readonly patienceMs?: number
}

export function makeWasm(options: MakeOptions): WasmBackend {
  const { threads, relaxedSimd = true, simd = true } = options
  const { worthSharing = threadCost, maximumPages = allPages, patienceMs = 20_000 } = options
  const obstacle = codeObstacle()
  if (obstacle) {
    throw new BackendError(
      `The wasm backend does not start. ${obstacle} The cpu backend works without: \`useBackend(cpu())\`.`,
    )
  }
  const found = detectFeatures()
  const features = { simd: found.simd && simd, relaxedSimd: found.relaxedSimd && relaxedSimd && simd }
  const count = threadCount(threads)
  const { memory, pages } = makeMemory(maximumPages, count > 1)
  const machine = new Machine(memory, pages * pageBytes, count, 'wasm', patienceMs)
  const target = { features, threads: count, maximumPages, worthSharing }
  const compiled = new CompiledGraphs({
    name: 'wasm',
    hasElementwise,
    hasOpaque,
    compile: (graph) => compileGraph(graph, target),
  })
  const close = () => {
    machine.close()
    closed()
  }
  const backend: WasmBackend = {
    name: 'wasm',
    about: aboutOf(features, count),
    has: ({ name }) => hasElementwise(name),
    allocate(bytes) {
      machine.requireOpen()
      return machine.memory.allocate(bytes)
    },
    write(buffer: DeviceBuffer, data: ArrayBufferView) {
      const { address } = buffer as HeapBuffer
      machine.heap.bytesAt(address, data.byteLength).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    },
    read: (buffer) => afterPause(copyOf(buffer)),
    readSync: copyOf,
    free: (buffer) => machine.memory.free(buffer as HeapBuffer),
    compile(graph) {
      machine.requireOpen()
      return new WasmProgram(machine, compiled.get(graph), graph.constants)
    },
    close,
    [Symbol.dispose]: close,
  }
  const closed = live.add(backend, machine.pool)
  if (++started % startsPerCollection === 0) askForCollection()
  return backend

  /** A loop that waits for values lets unused tensors and backends be freed. */
  function afterPause<T>(value: T): Promise<T> {
    if (!live.takePause() && !machine.unused.pending) return Promise.resolve(value)
    return new Promise((resolve) => setTimeout(() => resolve(value), 0))
  }

  function copyOf(buffer: DeviceBuffer): Uint8Array {
    machine.requireOpen()
    const { address, byteLength } = buffer as HeapBuffer
    // a copy in unshared memory: some APIs do not accept shared memory
    return new Uint8Array(machine.heap.bytesAt(address, byteLength))
  }
}

/** A memory with up to `maximum` pages, or with fewer where the platform has little address space. */
function makeMemory(maximum: number, shared: boolean): { memory: WebAssembly.Memory; pages: number } {
  try {
    const memory = new WebAssembly.Memory({ initial: Math.min(firstPages, maximum), maximum, shared })
    return { memory, pages: maximum }
  } catch (error) {
    if (maximum > firstPages) return makeMemory(Math.ceil(maximum / 2), shared)
    const { message } = error as Error
    throw new BackendError(
      `The wasm backend does not start: there is not enough address space for its memory (${message}). Backends that are no longer used free theirs when the program yields: \`await new Promise((done) => setTimeout(done))\`. The cpu backend needs none: \`useBackend(cpu())\`.`,
    )
  }
}

function threadCount(asked: number | undefined): number {
  const obstacle = threadObstacle()
  if (asked === undefined) return obstacle === undefined ? Math.min(processorCount(), maxThreads) : 1
  if (!Number.isInteger(asked) || asked < 1) {
    throw new BackendError(`wasm({ threads: ${asked} }): \`threads\` has to be a whole number from 1 on.`)
  }
  if (asked > 1 && obstacle !== undefined) {
    throw new BackendError(
      `wasm({ threads: ${asked} }): there can be no threads here. ${obstacle} Leave \`threads\` out to take as many as there can be.`,
    )
  }
  return asked
}

function aboutOf({ simd, relaxedSimd }: Features, threads: number): string {
  const vectors = relaxedSimd ? 'relaxed SIMD' : simd ? 'SIMD' : 'no SIMD'
  return `WebAssembly, ${vectors}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`
}
