import { type Axis, countOf, type Store, strideAlong } from '@gradus/schedule'
import { bytesPerElement } from '@gradus/tensor/internals'
import type { ShaderTarget } from './shader-target.ts'

/**
 * How many adjacent elements a thread stores together so that it writes whole words: more than one where elements are
 * smaller than a word and contiguous. 1 where that is not possible and parts of words are written.
 */
export function packWidth(stores: readonly Store[], axes: readonly Axis[], target: ShaderTarget): number {
  const parts = stores.filter(({ stored }) => bytesPerElement(stored) < 4)
  const pack = Math.max(1, ...parts.map(({ stored }) => 4 / bytesPerElement(stored)))
  const last = axes.at(-1)
  const fits = parts.every((store) =>
    last && last.size % pack === 0 ? fillsWords(store, last, target) : isWhole(store, axes, target),
  )
  return fits ? pack : 1
}

/** Whether packs along an axis are aligned to words. */
function fillsWords({ value, index, stored, add }: Store, axis: Axis, { bytesOf }: ShaderTarget): boolean {
  const each = 4 / bytesPerElement(stored)
  const others = index.terms.filter(({ atom }) => atom !== axis)
  return (
    !add &&
    // so that the iterations of a loop store whole words, too
    bytesOf(value) % 4 === 0 &&
    strideAlong(index, axis) === 1 &&
    index.constant % each === 0 &&
    others.every(({ coefficient }) => coefficient % each === 0)
  )
}

/** Whether a value is stored whole and in order, so that the padding in its last word does not matter. */
function isWhole(
  { value, index, stored, add }: Store,
  axes: readonly Axis[],
  { bytesOf, hasOwnWords }: ShaderTarget,
): boolean {
  const [axis] = axes
  const inOrder = axes.length === 0 || (axes.length === 1 && strideAlong(index, axis!) === 1)
  return hasOwnWords && !add && inOrder && bytesOf(value) === countOf(axes) * bytesPerElement(stored)
}
