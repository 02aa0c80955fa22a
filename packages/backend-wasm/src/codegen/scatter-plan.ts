import {
  type Axis,
  constantIndex,
  countOf,
  type Index,
  indexOf,
  type LoopKernel,
  ravel,
  type Store,
  strideAlong,
} from '@gradus/schedule'
import type { Tools } from './tools.ts'

/**
 * How floats are added at indices. Rows of the output with more than `few` updates have a slot in the workspace, where they are
 * added in doubles.
 */
export interface ScatterPlan {
  /** The loops over updates, and those over the elements of a row, in the order of memory. */
  readonly updates: readonly Axis[]
  readonly elements: readonly Axis[]
  /** The row of an update, its number of rows, and the distance between rows of the output, in elements. */
  readonly row: Index
  readonly rows: number
  readonly stride: number
  /** The position of an element in its slot, and the number of doubles in a slot. */
  readonly within: Index
  readonly slotSize: number
  readonly few: number
  readonly slots: number
  /**
   * Offsets in the workspace, in bytes. For each row the number of updates and later that of its slot, from 1 on, or 0; for
   * each slot its row, and then the number of slots in use; the sums.
   */
  readonly slotOfRow: number
  readonly rowOfSlot: number
  readonly sums: number
  readonly bytes: number
}

/** Rows with more updates than this have a slot. Sums of float16 would be rounded after each update, so two are many. */
const few = { float32: 32, float16: 1 } as const

/** The plan of a kernel, or undefined where rows have few updates or are not floats. */
export function planScatter(
  { outer }: LoopKernel,
  { index, stored, value }: Store,
  tools: Tools,
): ScatterPlan | undefined {
  if (stored !== 'float32' && stored !== 'float16') return undefined
  const lookups = index.terms.filter(({ atom }) => atom.kind === 'lookup')
  const plain = index.terms.filter(({ atom }) => atom.kind === 'axis')
  if (lookups.length > 1 || lookups.length + plain.length < index.terms.length) return undefined
  const elements = outer.filter((axis) => plain.some(({ atom }) => atom === axis))
  const updates = outer.filter((axis) => !elements.includes(axis))
  // vectors lie along an axis with stride 1, which is the last one
  if (elements.slice(0, -1).some((axis) => strideAlong(index, axis) === 1)) return undefined
  const [lookup] = lookups
  const rows = lookup?.atom.kind === 'lookup' ? lookup.atom.size : 1
  const number = countOf(updates)
  const slots = Math.min(rows, Math.floor(number / (few[stored] + 1)))
  if (slots === 0 || tools.sizeOf(value) === 0) return undefined
  // whole vectors are added, so rows end at a multiple of four
  const sizes = elements.map(({ size }, i) => (i === elements.length - 1 ? Math.ceil(size / 4) * 4 : size))
  const slotSize = sizes.reduce((product, size) => product * size, 1)
  const rowOfSlot = aligned(4 * rows)
  const sums = aligned(rowOfSlot + 4 * (slots + 1))
  return {
    updates,
    elements,
    row: lookup ? indexOf(lookup.atom) : constantIndex(0),
    rows,
    stride: lookup?.coefficient ?? 0,
    within: elements.length > 0 ? ravel(elements.map(indexOf), sizes) : constantIndex(0),
    slotSize,
    few: few[stored],
    slots,
    slotOfRow: 0,
    rowOfSlot,
    sums,
    bytes: sums + 8 * slots * slotSize,
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 16) * 16
}
