import type { Backend } from '@gradus/tensor'
import type { DeviceBuffer } from '@gradus/tensor/internals'

/** `backend` with some members replaced. Every decorator starts from this. */
export function decorate(backend: Backend, changes: Partial<Backend>): Backend {
  const { readSync } = backend
  return {
    name: backend.name,
    has: (op) => backend.has(op),
    allocate: (bytes) => backend.allocate(bytes),
    write: (buffer, data) => backend.write(buffer, data),
    read: (buffer) => backend.read(buffer),
    ...(readSync && { readSync: (buffer: DeviceBuffer) => readSync.call(backend, buffer) }),
    free: (buffer) => backend.free(buffer),
    compile: (graph) => backend.compile(graph),
    ...(backend.collected && !changes.free && { collected: true }),
    ...changes,
  }
}
