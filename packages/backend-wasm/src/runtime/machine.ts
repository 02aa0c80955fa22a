import { ProgramMemory, UnusedTensors } from '@gradus/schedule'
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

  constructor(memory: WebAssembly.Memory, maximum: number, threads: number, name: string, patienceMs: number) {
    this.heap = new WasmHeap(memory, name, maximum)
    this.unused = new UnusedTensors(name, maximum)
    this.memory = new ProgramMemory(this.heap, this.unused)
    this.pool = threads > 1 ? new Pool(this.heap, threads, name, patienceMs) : undefined
  }

  /** Enlarges the scratch memory of each thread to at least `bytes`. Returns the bytes for all threads. */
  scratchBytes(bytes: number): number {
    this.scratchStride = Math.max(this.scratchStride, bytes)
    return this.scratchStride * (this.pool?.threads ?? 1)
  }
}
