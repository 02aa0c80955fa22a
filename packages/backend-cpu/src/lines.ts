import type { NdArray } from '@gradus/graph'
import { type Shape, sizeOf, type TypedArray } from '@gradus/tensor'
import { hostArray, stridesOf } from '@gradus/tensor/internals'
import { copyView } from './strided.ts'

/**
 * An array seen as `[outer, count, inner]`: line (o, i) runs along the middle, and its element k is at `(o * count + k) *
 * inner + i`.
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

/** The lines along several sorted axes together. If those are not adjacent, a copy has them moved to the end. */
export function linesOver(x: NdArray, axes: readonly number[]): Lines & { readonly data: TypedArray } {
  const { shape } = x
  let first = shape.length
  let end = shape.length
  let count = 1
  for (const axis of axes) {
    if (shape[axis] === 1) continue
    if (first === shape.length) first = axis
    end = axis + 1
    count *= shape[axis]
  }
  let apart = false
  for (let axis = first; axis < end; axis++) apart ||= shape[axis] !== 1 && !axes.includes(axis)
  if (apart) return linesOver(movedToEnd(x, axes), endAxes(shape.length, axes.length))
  return { data: x.data, outer: sizeOf(shape.slice(0, first)), count, inner: sizeOf(shape.slice(end)) }
}

function endAxes(rank: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => rank - count + i)
}

function movedToEnd(x: NdArray, axes: readonly number[]): NdArray {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
  const order = [...kept, ...axes]
  const shape = order.map((axis) => x.shape[axis])
  const strides = stridesOf(x.shape)
  const data = hostArray(x.dtype, x.data.length)
  copyView(
    { data, offset: 0, strides: stridesOf(shape) },
    { data: x.data, offset: 0, strides: order.map((axis) => strides[axis]) },
    shape,
  )
  return { data, shape, dtype: x.dtype }
}
