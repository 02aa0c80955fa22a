import { Heap } from '@gradus/schedule'

const pageBytes = 65536

/** Gives out parts of a WebAssembly memory, and lets them be looked at. */
export class WasmHeap extends Heap {
  constructor(
    readonly wasm: WebAssembly.Memory,
    name: string,
  ) {
    super(
      {
        get byteLength() {
          return wasm.buffer.byteLength
        },
        grow(bytes) {
          try {
            wasm.grow(Math.ceil(bytes / pageBytes))
            return true
          } catch {
            return false
          }
        },
      },
      name,
    )
  }

  bytesAt(address: number, length: number): Uint8Array<ArrayBuffer> {
    // a shared memory's buffer behaves alike for all that is done with it here
    return new Uint8Array(this.wasm.buffer as ArrayBuffer, address, length)
  }
}
