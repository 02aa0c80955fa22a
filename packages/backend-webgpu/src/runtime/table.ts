import { usage } from './usage.ts'

/** Infinity, NaN and -0 as bits, with which every table begins: shaders cannot write them down. */
export const tableHeader: readonly number[] = [0x7f800000, 0x7fc00000, 0x80000000, 0]

/** Uniform buffers are bound at multiples of this. */
const alignment = 256

export const tableUsage = usage.uniform | usage.copyDst

/** How many bytes the table of a shader with so many addresses takes. */
export function tableBytes(addresses: number): number {
  return Math.ceil((4 * (tableHeader.length + addresses)) / alignment) * alignment
}
