import { type Shape, sizeOf, type TypedArray } from '@gradus/tensor'

/** An array whose element at `index` is at `offset + Σ index * stride`. Strides may be 0 (repetition) or negative. */
export interface StridedView {
  readonly data: TypedArray
  readonly offset: number
  readonly strides: readonly number[]
}

/** One of the nested loops over two views. */
interface Loop {
  readonly size: number
  readonly to: number
  readonly from: number
}

type Rows = (to: TypedArray, toStart: number, from: TypedArray, fromStart: number, outer: Loop, inner: Loop) => void

/** `to[index] = from[index]` for every index of `shape`. Most movements of data are such copies. */
export function copyView(to: StridedView, from: StridedView, shape: Shape): void {
  walk(copyRows, to, from, shape)
}

/** `to[index] += from[index]` for every index of `shape`. Elements of `to` may overlap. */
export function addView(to: StridedView, from: StridedView, shape: Shape): void {
  walk(addRows, to, from, shape)
}

const once: Loop = { size: 1, to: 0, from: 0 }

function walk(rows: Rows, to: StridedView, from: StridedView, shape: Shape): void {
  if (sizeOf(shape) === 0) return
  const loops = loopsOf(shape, to.strides, from.strides)
  const last = loops.pop() ?? once
  const beforeLast = loops.pop() ?? once
  nest(rows, loops, 0, to.data, to.offset, from.data, from.offset, beforeLast, last)
}

function nest(
  rows: Rows,
  loops: readonly Loop[],
  depth: number,
  to: TypedArray,
  toStart: number,
  from: TypedArray,
  fromStart: number,
  outer: Loop,
  inner: Loop,
): void {
  if (depth === loops.length) {
    rows(to, toStart, from, fromStart, outer, inner)
    return
  }
  const loop = loops[depth]
  for (let i = 0; i < loop.size; i++) {
    nest(rows, loops, depth + 1, to, toStart + i * loop.to, from, fromStart + i * loop.from, outer, inner)
  }
}

/**
 * The loops over `shape`, without loops of one iteration, and with adjacent loops merged where the strides of both views
 * allow it.
 */
function loopsOf(shape: Shape, to: readonly number[], from: readonly number[]): Loop[] {
  const loops: Loop[] = []
  for (let axis = 0; axis < shape.length; axis++) {
    const size = shape[axis]
    if (size === 1) continue
    const outer = loops.at(-1)
    if (outer && outer.to === to[axis] * size && outer.from === from[axis] * size) {
      loops[loops.length - 1] = { size: outer.size * size, to: to[axis], from: from[axis] }
    } else {
      loops.push({ size, to: to[axis], from: from[axis] })
    }
  }
  return loops
}

/** For shorter rows a plain loop is faster than `set`, which needs a view of the source. */
const longRow = 64

function copyRows(
  to: TypedArray,
  toStart: number,
  from: TypedArray,
  fromStart: number,
  outer: Loop,
  inner: Loop,
): void {
  const { size, to: toStep, from: fromStep } = inner
  const contiguous = toStep === 1 && fromStep === 1
  for (let row = 0; row < outer.size; row++) {
    let t = toStart + row * outer.to
    let f = fromStart + row * outer.from
    if (contiguous && size >= longRow) {
      to.set(from.subarray(f, f + size), t)
      continue
    }
    for (let i = 0; i < size; i++) {
      to[t] = from[f]
      t += toStep
      f += fromStep
    }
  }
}

function addRows(to: TypedArray, toStart: number, from: TypedArray, fromStart: number, outer: Loop, inner: Loop): void {
  const { size, to: toStep, from: fromStep } = inner
  for (let row = 0; row < outer.size; row++) {
    let t = toStart + row * outer.to
    let f = fromStart + row * outer.from
    for (let i = 0; i < size; i++) {
      to[t] += from[f]
      t += toStep
      f += fromStep
    }
  }
}
