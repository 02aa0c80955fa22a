import { type Backend, currentBackend } from './backend.ts'
import { bytesPerElement, type DType, type TypedArray, toMemory } from './dtype.ts'
import type { Shape } from './shape.ts'
import { Storage } from './storage.ts'
import { Tensor } from './tensor.ts'

/** Copies values to a backend, as a tensor. */
export function fromHost(data: TypedArray, shape: Shape, dtype: DType, backend: Backend = currentBackend()): Tensor {
  const buffer = backend.allocate(data.length * bytesPerElement(dtype))
  backend.write(buffer, toMemory(dtype, data))
  return new Tensor({ shape, dtype }, new Storage(backend, buffer))
}

/** A copy of `x` on `backend`; `x` itself if it lives there already. */
export async function toBackend(x: Tensor, backend: Backend): Promise<Tensor> {
  return x.storage.memory === backend ? x : fromHost(await x.data(), x.shape, x.dtype, backend)
}
