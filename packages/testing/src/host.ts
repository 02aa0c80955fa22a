import { type Backend, isFloat, sizeOf, Tensor, treeLeaves } from '@gradus/tensor'
import { type Aval, hostArray, Storage, toMemory } from '@gradus/tensor/internals'

/** Values on the host with their shape and dtype. */
export interface HostTensor extends Aval {
  readonly values: readonly number[]
}

/** Makes a tensor on a backend. */
export function toDevice(backend: Backend, { shape, dtype, values }: HostTensor): Tensor {
  const data = hostArray(dtype, sizeOf(shape))
  data.set(values)
  const stored = toMemory(dtype, data)
  const buffer = backend.allocate(stored.byteLength)
  backend.write(buffer, stored)
  return new Tensor({ shape, dtype }, new Storage(backend, buffer))
}

/** Reads a tensor, also on backends without synchronous reads. */
export async function toHost(tensor: Tensor): Promise<HostTensor> {
  return { shape: tensor.shape, dtype: tensor.dtype, values: Array.from(await tensor.data()) }
}

/** Reads the tensors of a tree and disposes them. */
export async function takeToHost(tree: unknown): Promise<HostTensor[]> {
  const leaves = treeLeaves(tree)
  const host: HostTensor[] = []
  for (const leaf of leaves) host.push(await toHost(leaf))
  for (const leaf of leaves) leaf.dispose()
  return host
}

/** The same values as float64 if they are floats. */
export function widen(input: HostTensor): HostTensor {
  return isFloat(input.dtype) ? { ...input, dtype: 'float64' } : input
}
