import type { GpuTraits } from '../runtime/traits.ts'

/** What the code of a kernel depends on besides the kernel. */
export interface ShaderTarget {
  /** How many bytes a value takes. */
  bytesOf(value: number): number
  /** Whether values have their words for themselves; those of the steps of a loop lie one after the other. */
  readonly apart: boolean
  readonly traits: GpuTraits
}
