import type { Backend, Tensor } from '@gradus/tensor'
import { type DeviceBuffer, type Executable, identityOp } from '@gradus/tensor/internals'

/**
 * Runs a program `count` times on the buffers of tensors, and takes the donated ones (`donated` are positions in `tensors`)
 * from their owners.
 *
 * A program may overwrite a buffer only if nothing else reads it. Where another tensor shares the buffer (a view, a
 * constant of a program), or where a tensor is given twice, the program gets a copy.
 */
export function runDonating(
  backend: Backend,
  executable: Executable,
  tensors: readonly Tensor[],
  donated: readonly number[],
  count = 1,
): DeviceBuffer[] {
  const inputs = tensors.map(({ storage }) => storage.buffer)
  if (donated.length === 0) return executable.run(inputs)
  const repeated = new Set(tensors).size < tensors.length ? repeats(tensors) : undefined
  const copied = new Set<number>()
  for (const index of donated) {
    const tensor = tensors[index]!
    if (tensor.storage.unshared && !repeated?.has(tensor)) continue
    inputs[index] = copyBuffer(backend, tensor)
    copied.add(index)
  }
  const free = () => copied.forEach((index) => backend.free(inputs[index]!))
  const outputs = runOr(free, () => (count === 1 ? executable.run(inputs) : executable.run(inputs, count)))
  const taken = new Set(outputs)
  const kept = repeated && new Set(tensors.filter((_, index) => !donated.includes(index)))
  for (const index of donated) {
    const tensor = tensors[index]!
    const used = taken.has(inputs[index]!)
    if (copied.has(index) && !used) backend.free(inputs[index]!)
    if (kept?.has(tensor)) continue // given a second time, and not donated there
    if (used && !copied.has(index)) tensor.donate()
    else tensor.dispose()
  }
  return outputs
}

/** Runs `body`, and `undo` if it throws. */
export function runOr<T>(undo: () => void, body: () => T): T {
  try {
    return body()
  } catch (error) {
    undo()
    throw error
  }
}

function repeats(tensors: readonly Tensor[]): Set<Tensor> {
  const seen = new Set<Tensor>()
  return new Set(tensors.filter((tensor) => seen.has(tensor) || !seen.add(tensor)))
}

/** A new buffer with the value of a tensor. */
export function copyBuffer(backend: Backend, { shape, dtype, storage }: Tensor): DeviceBuffer {
  const aval = { shape, dtype }
  const copy = backend.compile({
    inputs: [aval],
    constants: [],
    nodes: [{ op: identityOp, inputs: [0], params: null, aval }],
    outputs: [1],
    donated: [],
  })
  return copy.run([storage.buffer])[0]!
}
