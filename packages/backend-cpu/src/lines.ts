import type { NdArray } from '@gradus/graph'
import { hostArray, type Shape, sizeOf, stridesOf, type TypedArray } from '@gradus/tensor'
import { copyView } from './strided.ts'

/**
 * An array read as `[outer, count, inner]`: line (o, i) runs along the middle, its element k is at
 * `(o * count + k) * inner + i`.
 */
export interface Lines {
  readonly outer: number
  readonly count: number
  readonly inner: number
}

/** The lines along one axis. */
export function linesAlong(shape: Shape, axis: number): Lines {
  return { outer: sizeOf(shape.slice(0, axis)), count: shape[axis], inner: sizeOf(shape.slice(axis + 1)) }
}

/** The lines over `axes` (sorted) together; where those are apart, over a copy with them moved to the end. */
export function linesOver(x: NdArray, axes: readonly number[]): Lines & { readonly data: TypedArray } {
  const reduced = axes.filter((axis) => x.shape[axis] !== 1)
  if (reduced.length === 0) return { data: x.data, outer: x.data.length, count: 1, inner: 1 }
  const first = reduced[0]
  const end = reduced[reduced.length - 1] + 1
  const between = x.shape.slice(first, end)
  const count = sizeOf(reduced.map((axis) => x.shape[axis]))
  if (between.every((dimension, i) => dimension === 1 || reduced.includes(first + i))) {
    return { data: x.data, outer: sizeOf(x.shape.slice(0, first)), count, inner: sizeOf(x.shape.slice(end)) }
  }
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !reduced.includes(axis))
  const order = [...kept, ...reduced]
  const shape = order.map((axis) => x.shape[axis])
  const strides = stridesOf(x.shape)
  const data = hostArray(x.dtype, x.data.length)
  copyView(
    { data, offset: 0, strides: stridesOf(shape) },
    { data: x.data, offset: 0, strides: order.map((axis) => strides[axis]) },
    shape,
  )
  return { data, outer: sizeOf(kept.map((axis) => x.shape[axis])), count, inner: 1 }
}
