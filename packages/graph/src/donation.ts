import { type Backend, type DeviceBuffer, type Executable, identityOp, type Tensor } from '@gradus/tensor'

/**
 * Runs a program on tensors' buffers and takes from the callers what they donated (`donated`, positions in `tensors`).
 *
 * A buffer may be overwritten only if nothing else reads it: where another tensor shares it (a view, a constant of a
 * program), or where it comes in twice, the program gets a copy of it instead.
 */
export function runDonating(
  backend: Backend,
  executable: Executable,
  tensors: readonly Tensor[],
  donated: readonly number[],
): DeviceBuffer[] {
  const inputs = tensors.map(({ storage }) => storage.buffer)
  if (donated.length === 0) return executable.run(inputs)
  const [once, again] = [new Set<Tensor>(), new Set<Tensor>()]
  for (const tensor of tensors) (once.has(tensor) ? again : once).add(tensor)
  const copies: DeviceBuffer[] = []
  for (const index of donated) {
    const tensor = tensors[index]!
    if (tensor.storage.unshared && !again.has(tensor)) continue
    copies.push((inputs[index] = copyBuffer(backend, tensor)))
  }
  const outputs = executable.run(inputs)
  const taken = new Set(outputs)
  for (const copy of copies) if (!taken.has(copy)) backend.free(copy)
  const kept = new Set(again.size === 0 ? [] : tensors.filter((_, index) => !donated.includes(index)))
  for (const index of donated) {
    const tensor = tensors[index]!
    if (kept.has(tensor)) continue // came in a second time, and was not donated there
    if (!copies.includes(inputs[index]!) && taken.has(inputs[index]!)) tensor.donate()
    else tensor.dispose()
  }
  return outputs
}

function copyBuffer(backend: Backend, { shape, dtype, storage }: Tensor): DeviceBuffer {
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
