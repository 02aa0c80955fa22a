import type { Tensor } from '@gradus/tensor'
import type { MemoryLocation } from '../planning/locate.ts'
import type { HeapBuffer, ProgramMemory } from './program-memory.ts'

/** The addresses of the buffers and regions that a program uses in a run. */
export class Addresses<R extends string> {
  private bound: readonly number[] = []
  private firstOutput = 0

  constructor(
    private readonly memory: ProgramMemory<R>,
    private readonly constants: readonly Tensor[],
  ) {}

  /** Sets the buffers of a run. Returns whether an address differs from the previous run. */
  bind(inputs: readonly HeapBuffer[], outputs: readonly HeapBuffer[]): boolean {
    const now = [this.memory.version, ...[...inputs, ...outputs].map(({ address }) => address)]
    if (now.length === this.bound.length && now.every((address, index) => address === this.bound[index])) return false
    this.bound = now
    this.firstOutput = 1 + inputs.length
    return true
  }

  of({ at, index, offset }: MemoryLocation<R>): number {
    switch (at) {
      case 'input':
        return this.bound[1 + index]! + offset
      case 'output':
        return this.bound[this.firstOutput + index]! + offset
      case 'constant':
        return (this.constants[index]!.storage.buffer as HeapBuffer).address + offset
      default:
        return this.memory.address(at as R) + offset
    }
  }
}
