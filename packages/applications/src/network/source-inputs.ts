import { callOf } from '@gradus/core'
import type { SymbolicTensor } from '@gradus/tensor'

/** The inputs of the functional model of which a symbolic tensor is part, in the order in which they are met. */
export function sourceInputs(x: SymbolicTensor): SymbolicTensor[] {
  const inputs: SymbolicTensor[] = []
  const seen = new Set<SymbolicTensor>()
  const stack = [x]
  for (let next = stack.pop(); next; next = stack.pop()) {
    if (seen.has(next)) continue
    seen.add(next)
    const { tensors } = callOf(next)
    if (tensors.length === 0) inputs.push(next)
    stack.push(...[...tensors].reverse())
  }
  return inputs
}
