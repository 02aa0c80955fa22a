import { ProgramMemory, UnusedTensors } from '@gradus/schedule'
import { BackendError } from '@gradus/tensor'
import type { Region } from '../codegen/address-table.ts'
import { Pool } from './threads/pool.ts'
import { WasmHeap } from './wasm-heap.ts'

/** The memory of a backend and the threads that work in it. */
export class Machine {
  readonly heap: WasmHeap
  readonly memory: ProgramMemory<Region | 'scratch'>
  readonly unused: UnusedTensors
  /** The worker threads; undefined where programs run on the main thread alone. */
  readonly pool: Pool | undefined
  /** The distance between the scratch memories of two threads, in bytes. */
  scratchStride = 0
  private closed = false

  constructor(
    memory: WebAssembly.Memory,
    maximum: number,
    threads: number,
    private readonly name: string,
    patienceMs: number,
  ) {
    this.heap = new WasmHeap(memory, name, maximum)
    this.unused = new UnusedTensors(name, maximum)
    this.memory = new ProgramMemory(this.heap, this.unused)
    this.pool = threads > 1 ? new Pool(this.heap, threads, name, patienceMs) : undefined
  }

  /** Ends the threads and refuses further use. */
  close(): void {
    this.closed = true
    this.pool?.close()
  }

  /** Throws `BackendError` after `close`. */
  requireOpen(): void {
    if (!this.closed) return
    throw new BackendError(
      `The ${this.name} backend was closed: its tensors and programs cannot be used. Start another with \`await useBackend(wasm())\`.`,
    )
  }

  /** Enlarges the scratch memory of each thread to at least `bytes`. Returns the bytes for all threads. */
  scratchBytes(bytes: number): number {
    this.scratchStride = Math.max(this.scratchStride, bytes)
    return this.scratchStride * (this.pool?.threads ?? 1)
  }
}
