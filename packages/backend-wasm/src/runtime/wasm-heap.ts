import { Heap } from '@gradus/schedule'

const pageBytes = 65536

/** A heap in a WebAssembly memory. */
export class WasmHeap extends Heap {
  constructor(
    readonly wasm: WebAssembly.Memory,
    name: string,
    /** The largest size of the memory in bytes. */
    maximum = 0,
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
      maximum,
    )
  }

  bytesAt(address: number, length: number): Uint8Array<ArrayBuffer> {
    // the buffer of a shared memory supports everything that is done with it here
    return new Uint8Array(this.wasm.buffer as ArrayBuffer, address, length)
  }
}
