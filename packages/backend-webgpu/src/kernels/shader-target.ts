import type { GpuTraits } from '../runtime/traits.ts'

/** Facts on which the code of a kernel depends, beside the kernel. */
export interface ShaderTarget {
  /** The size of a value, in bytes. */
  bytesOf(value: number): number
  /** Whether values share no words. In loops, the elements of a sequence are adjacent in memory. */
  readonly hasOwnWords: boolean
  readonly traits: GpuTraits
}
