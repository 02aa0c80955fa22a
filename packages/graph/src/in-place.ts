import type { Backend, Tensor } from '@gradus/tensor'
import { type Executable, Storage } from '@gradus/tensor/internals'
import { copyBuffer, runOr } from './donation.ts'

/**
 * Runs a repeatable program `count` times and writes the results into the tensors of `state`, its first inputs, which stay the
 * same objects. A tensor whose buffer something else reads (a view, a constant of a program) gets a copy of it first.
 */
export function runInPlace(
  backend: Backend,
  executable: Executable,
  state: readonly Tensor[],
  rest: readonly Tensor[],
  count: number,
): void {
  const inputs = [...state, ...rest].map(({ storage }) => storage.buffer)
  state.forEach((tensor, index) => {
    if (!tensor.storage.unshared) inputs[index] = copyBuffer(backend, tensor)
  })
  const free = () => state.forEach(({ storage }, index) => storage.unshared || backend.free(inputs[index]!))
  const outputs = runOr(free, () => executable.run(inputs, count))
  if (state.every((tensor, index) => outputs[index] === tensor.storage.buffer)) return
  // a backend that cannot overwrite its inputs made new buffers, or exchanged some
  const kept = new Set(outputs)
  state.forEach((tensor, index) => {
    const { buffer, unshared } = tensor.storage
    if (!unshared && !kept.has(inputs[index]!)) backend.free(inputs[index]!)
    if (outputs[index] === buffer) return
    tensor.replaceStorage(new Storage(backend, outputs[index]!), kept.has(buffer))
  })
}
