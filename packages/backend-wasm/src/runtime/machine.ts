import { WasmBuffer } from './buffer.ts'
import { Heap } from './heap.ts'

/** What programs need while they run: intermediate values, rearranged operands, and what each thread works with. */
type Area = 'arena' | 'workspace' | 'scratch'

/** The memory of a backend, and the parts of it in which programs work, one at a time. */
export class Machine {
  readonly heap: Heap
  /** Counts the moves of the areas. */
  workspaceVersion = 0
  private readonly areas = new Map<Area, WasmBuffer>()

  constructor(memory: WebAssembly.Memory, name: string) {
    this.heap = new Heap(memory, name)
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
  reserve(needs: Readonly<Record<Area, number>>): void {
    for (const name of ['arena', 'workspace', 'scratch'] as const) {
      const old = this.areas.get(name)
      if (needs[name] <= (old?.byteLength ?? 0)) continue
      const area = this.allocate(needs[name])
      if (old) this.free(old)
      this.areas.set(name, area)
      this.workspaceVersion++
    }
  }
}
