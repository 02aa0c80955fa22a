import { WasmBuffer } from './buffer.ts'
import { Pool } from './threads/pool.ts'
import { WasmHeap } from './wasm-heap.ts'

/** What programs need while they run: intermediate values, rearranged operands, and what each thread works with. */
type Area = 'arena' | 'workspace' | 'prepared' | 'scratch'

/** The memory of a backend, and the parts of it in which programs work, one at a time. */
export class Machine {
  readonly heap: WasmHeap
  /** The threads that help; there are none where programs run on the main thread alone. */
  readonly pool: Pool | undefined
  /** Counts the moves of the areas. */
  areaVersion = 0
  /** How far the working memory of one thread lies from that of the next. */
  scratchStride = 0
  private readonly areas = new Map<Area, WasmBuffer>()

  constructor(memory: WebAssembly.Memory, threads: number, name: string, patienceMs: number) {
    this.heap = new WasmHeap(memory, name)
    this.pool = threads > 1 ? new Pool(this.heap, threads, name, patienceMs) : undefined
  }

  allocate(bytes: number): WasmBuffer {
    return new WasmBuffer(this.heap.allocate(bytes), bytes)
  }

  free({ address, byteLength }: WasmBuffer): void {
    this.heap.release(address, byteLength)
  }

  /** The address of an area; 0 if nobody needed it so far. */
  area(name: Area): number {
    return this.areas.get(name)?.address ?? 0
  }

  /** Makes areas as large as a program needs them. */
  reserve({ arena, workspace, prepared, scratch }: Readonly<Record<Area, number>>): void {
    this.grow('arena', arena)
    this.grow('workspace', workspace)
    this.grow('prepared', prepared)
    if (scratch <= this.scratchStride) return
    this.grow('scratch', scratch * (this.pool?.threads ?? 1))
    this.scratchStride = scratch
  }

  private grow(name: Area, bytes: number): void {
    const old = this.areas.get(name)
    if (bytes <= (old?.byteLength ?? 0)) return
    const area = this.allocate(bytes)
    if (old) this.free(old)
    this.areas.set(name, area)
    this.areaVersion++
  }
}
