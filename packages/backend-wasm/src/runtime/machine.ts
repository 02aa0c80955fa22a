import { ProgramMemory } from '@gradus/schedule'
import type { Region } from '../codegen/address-table.ts'
import { Pool } from './threads/pool.ts'
import { WasmHeap } from './wasm-heap.ts'

/** The memory of a backend and the threads that work in it. */
export class Machine {
  readonly heap: WasmHeap
  readonly memory: ProgramMemory<Region | 'scratch'>
  /** The worker threads; undefined where programs run on the main thread alone. */
  readonly pool: Pool | undefined
  /** The distance between the scratch memories of two threads, in bytes. */
  scratchStride = 0

  constructor(memory: WebAssembly.Memory, threads: number, name: string, patienceMs: number) {
    this.heap = new WasmHeap(memory, name)
    this.memory = new ProgramMemory(this.heap)
    this.pool = threads > 1 ? new Pool(this.heap, threads, name, patienceMs) : undefined
  }

  /** Reserves scratch memory for every thread. */
  reserveScratch(bytes: number): void {
    if (bytes <= this.scratchStride) return
    this.memory.reserve('scratch', bytes * (this.pool?.threads ?? 1))
    this.scratchStride = bytes
  }
}
