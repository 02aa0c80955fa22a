import { WasmBuffer } from './buffer.ts'
import { Heap } from './heap.ts'

/** The memory of a backend, and the part of it in which programs work, one at a time. */
export class Machine {
  readonly heap: Heap
  /** Counts the moves of the workspace. */
  workspaceVersion = 0
  arenaAddress = 0
  scratchAddress = 0
  private arenaBytes = 0
  private scratchBytes = 0

  constructor(memory: WebAssembly.Memory, name: string) {
    this.heap = new Heap(memory, name)
  }

  allocate(bytes: number): WasmBuffer {
    return new WasmBuffer(this.heap.allocate(bytes), bytes)
  }

  free({ address, byteLength }: WasmBuffer): void {
    this.heap.release(address, byteLength)
  }

  /** Makes room for a program's intermediate values and for what its kernels work with. */
  reserve(arenaBytes: number, scratchBytes: number): void {
    if (arenaBytes > this.arenaBytes) {
      const address = this.heap.allocate(arenaBytes)
      if (this.arenaBytes > 0) this.heap.release(this.arenaAddress, this.arenaBytes)
      this.arenaAddress = address
      this.arenaBytes = arenaBytes
      this.workspaceVersion++
    }
    if (scratchBytes > this.scratchBytes) {
      const address = this.heap.allocate(scratchBytes)
      if (this.scratchBytes > 0) this.heap.release(this.scratchAddress, this.scratchBytes)
      this.scratchAddress = address
      this.scratchBytes = scratchBytes
      this.workspaceVersion++
    }
  }
}
