import { byteSize, donorOf, type OutputSource } from '@gradus/graph/internals'
import type { Aval } from '@gradus/tensor/internals'

/** One buffer per output: that of a donated input, or a new one. If an allocation fails, the new buffers are freed. */
export function outputBuffers<B>(
  sources: readonly OutputSource[],
  outputs: readonly Aval[],
  inputs: readonly B[],
  memory: { allocate(bytes: number): B; free(buffer: B): void },
): B[] {
  const made: B[] = []
  try {
    return sources.map((source, index) => {
      const donor = donorOf(source)
      if (donor !== undefined) return inputs[donor]!
      const buffer = memory.allocate(byteSize(outputs[index]!))
      made.push(buffer)
      return buffer
    })
  } catch (error) {
    for (const buffer of made) memory.free(buffer)
    throw error
  }
}
