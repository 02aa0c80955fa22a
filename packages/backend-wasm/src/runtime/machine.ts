import { Areas, HeapPart } from '@gradus/schedule'
import { Pool } from './threads/pool.ts'
import { WasmHeap } from './wasm-heap.ts'

/** What programs need while they run: intermediate values, rearranged operands, and what each thread works with. */
type Area = 'arena' | 'workspace' | 'prepared' | 'scratch'

/** The memory of a backend, and the parts of it in which programs work, one at a time. */
export class Machine {
  readonly heap: WasmHeap
  /** The threads that help; there are none where programs run on the main thread alone. */
  readonly pool: Pool | undefined
  /** How far the working memory of one thread lies from that of the next. */
  scratchStride = 0
  readonly areas: Areas<Area>

  constructor(memory: WebAssembly.Memory, threads: number, name: string, patienceMs: number) {
    this.heap = new WasmHeap(memory, name)
    this.areas = new Areas(this.heap)
    this.pool = threads > 1 ? new Pool(this.heap, threads, name, patienceMs) : undefined
  }

  allocate(bytes: number): HeapPart {
    return new HeapPart(this.heap.allocate(bytes), bytes)
  }

  free({ address, byteLength }: HeapPart): void {
    this.heap.release(address, byteLength)
  }

  /** Makes areas as large as a program needs them. */
  reserve({ arena, workspace, prepared, scratch }: Readonly<Record<Area, number>>): void {
    this.areas.grow('arena', arena)
    this.areas.grow('workspace', workspace)
    this.areas.grow('prepared', prepared)
    if (scratch <= this.scratchStride) return
    this.areas.grow('scratch', scratch * (this.pool?.threads ?? 1))
    this.scratchStride = scratch
  }
}
