import { schedule, UnknownOp } from '@gradus/graph'
import { type Backend, BackendError, type DeviceBuffer, type Graph } from '@gradus/tensor'
import type { WasmBuffer } from './runtime/buffer.ts'
import { detectFeatures } from './runtime/features.ts'
import { Machine } from './runtime/machine.ts'
import { generate, WasmProgram } from './runtime/program.ts'

const maximumPages = 65536

export function wasm(): Backend {
  const features = detectFeatures()
  const memory = new WebAssembly.Memory({ initial: 256, maximum: maximumPages })
  const machine = new Machine(memory, 'wasm')
  return {
    name: 'wasm',
    has: () => false,
    allocate: (bytes) => machine.allocate(bytes),
    write(buffer: DeviceBuffer, data: ArrayBufferView) {
      const { address } = buffer as WasmBuffer
      machine.heap.bytesAt(address, data.byteLength).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    },
    read: (buffer) => Promise.resolve(copyOf(buffer)),
    readSync: copyOf,
    free: (buffer) => machine.free(buffer as WasmBuffer),
    compile(graph: Graph) {
      try {
        const scheduled = schedule(graph)
        return new WasmProgram(machine, scheduled, generate(scheduled, features, { shared: false, maximumPages }))
      } catch (error) {
        if (!(error instanceof UnknownOp)) throw error
        throw new BackendError(
          `The wasm backend has no code for the op '${error.op}'. Give the op an \`inline\` body made of other ops.`,
        )
      }
    },
  }

  function copyOf(buffer: DeviceBuffer): Uint8Array {
    const { address, byteLength } = buffer as WasmBuffer
    return machine.heap.bytesAt(address, byteLength).slice()
  }
}
