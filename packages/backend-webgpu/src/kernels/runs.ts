import { type Axis, type Store, strideAlong } from '@gradus/graph/kernels'
import { bytesPerElement } from '@gradus/tensor'

/** How many bytes a value takes. */
export type BytesOf = (value: number) => number

/**
 * How many neighbours along an axis a thread has to store so that it writes whole words: more than one where elements are
 * smaller than a word and lie next to each other along the axis. 1 also where that cannot be, and parts of words are written.
 */
export function runAlong(stores: readonly Store[], axis: Axis | undefined, bytesOf: BytesOf): number {
  const parts = stores.filter(({ stored }) => bytesPerElement(stored) < 4)
  const run = Math.max(1, ...parts.map(({ stored }) => 4 / bytesPerElement(stored)))
  const fits = axis !== undefined && axis.size % run === 0 && parts.every((store) => fillsWords(store, axis, bytesOf))
  return fits ? run : 1
}

/** Whether runs along an axis begin where words do. */
function fillsWords({ value, index, stored, add }: Store, axis: Axis, bytesOf: BytesOf): boolean {
  const each = 4 / bytesPerElement(stored)
  const others = index.terms.filter(({ atom }) => atom !== axis)
  return (
    !add &&
    // so that the steps of a loop store whole words, too
    bytesOf(value) % 4 === 0 &&
    strideAlong(index, axis) === 1 &&
    index.constant % each === 0 &&
    others.every(({ coefficient }) => coefficient % each === 0)
  )
}
