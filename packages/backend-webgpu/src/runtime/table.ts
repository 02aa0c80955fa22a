import { usage } from './usage.ts'

/** The bits of Infinity, NaN and -0, with which every table begins, because WGSL has no literals for them. */
export const tableHeader: readonly number[] = [0x7f800000, 0x7fc00000, 0x80000000, 0]

/** The alignment of dynamic offsets into uniform buffers. */
const alignment = 256

export const tableUsage = usage.uniform | usage.copyDst

/** The size in bytes of a table with a number of addresses. */
export function tableBytes(addresses: number): number {
  return Math.ceil((4 * (tableHeader.length + addresses)) / alignment) * alignment
}
