import type { Kernel, NdArray } from '@gradus/graph'
import { isFloat, type TypedArray } from '@gradus/tensor'
import { type Lines, linesAlong, linesOver } from './lines.ts'

type ReduceParams = { readonly axes: readonly number[] }

/** Reductions along axes. Float sums and products are accumulated in double and rounded once; integers wrap around. */
export const reductionKernels: Readonly<Record<string, Kernel>> = {
  sum(output, [x], { axes }: ReduceParams) {
    const lines = linesOver(x, axes)
    if (!isFloat(x.dtype)) sumIntegers(output.data, lines.data, lines)
    else if (lines.inner === 1) sumRows(output.data, lines.data, lines)
    else sumColumns(output.data, lines.data, lines)
  },

  prod(output, [x], { axes }: ReduceParams) {
    const lines = linesOver(x, axes)
    if (isFloat(x.dtype)) multiplyFloats(output.data, lines.data, lines)
    else multiplyIntegers(output.data, lines.data, lines)
  },

  // Math.max and Math.min propagate NaN
  max(output, [input], { axes }: ReduceParams) {
    const { data: x, outer, count, inner } = linesOver(input, axes)
    const y = output.data
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        let result = Number.NEGATIVE_INFINITY
        for (let k = 0, at = o * count * inner + i; k < count; k++, at += inner) result = Math.max(result, x[at])
        y[o * inner + i] = result
      }
    }
  },

  min(output, [input], { axes }: ReduceParams) {
    const { data: x, outer, count, inner } = linesOver(input, axes)
    const y = output.data
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        let result = Number.POSITIVE_INFINITY
        for (let k = 0, at = o * count * inner + i; k < count; k++, at += inner) result = Math.min(result, x[at])
        y[o * inner + i] = result
      }
    }
  },

  any(output, [x], { axes }: ReduceParams) {
    search(output.data, x, axes, 1)
  },

  all(output, [x], { axes }: ReduceParams) {
    search(output.data, x, axes, 0)
  },

  argMax(output, [x], { axis }: { axis: number }) {
    const y = output.data
    const { outer, count, inner } = linesAlong(x.shape, axis)
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) y[o * inner + i] = firstExtreme(x.data, o * count * inner + i, count, inner, 1)
    }
  },

  argMin(output, [x], { axis }: { axis: number }) {
    const y = output.data
    const { outer, count, inner } = linesAlong(x.shape, axis)
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) y[o * inner + i] = firstExtreme(x.data, o * count * inner + i, count, inner, -1)
    }
  },
}

function sumRows(y: TypedArray, x: TypedArray, { outer, count }: Lines): void {
  for (let o = 0; o < outer; o++) {
    let total = 0
    const end = (o + 1) * count
    for (let at = o * count; at < end; at++) total += x[at]
    y[o] = total
  }
}

/** Adds whole rows to a row of doubles, which reads memory in order. */
function sumColumns(y: TypedArray, x: TypedArray, { outer, count, inner }: Lines): void {
  const totals = new Float64Array(inner)
  for (let o = 0, at = 0; o < outer; o++) {
    totals.fill(0)
    for (let k = 0; k < count; k++) {
      for (let i = 0; i < inner; i++) totals[i] += x[at++]
    }
    y.set(totals, o * inner)
  }
}

function sumIntegers(y: TypedArray, x: TypedArray, { outer, count, inner }: Lines): void {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let total = 0
      for (let k = 0, at = o * count * inner + i; k < count; k++, at += inner) total = (total + x[at]) | 0
      y[o * inner + i] = total
    }
  }
}

function multiplyFloats(y: TypedArray, x: TypedArray, { outer, count, inner }: Lines): void {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let product = 1
      for (let k = 0, at = o * count * inner + i; k < count; k++, at += inner) product *= x[at]
      y[o * inner + i] = product
    }
  }
}

function multiplyIntegers(y: TypedArray, x: TypedArray, { outer, count, inner }: Lines): void {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let product = 1
      for (let k = 0, at = o * count * inner + i; k < count; k++, at += inner) product = Math.imul(product, x[at])
      y[o * inner + i] = product
    }
  }
}

/** `found` where a line contains it, the other bool elsewhere: `any` looks for 1, `all` for 0. */
function search(y: TypedArray, input: NdArray, axes: readonly number[], found: 0 | 1): void {
  const { data: x, outer, count, inner } = linesOver(input, axes)
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let result = 1 - found
      for (let k = 0, at = o * count * inner + i; k < count && result !== found; k++, at += inner) {
        if ((x[at] !== 0 ? 1 : 0) === found) result = found
      }
      y[o * inner + i] = result
    }
  }
}

/** The position of the largest `sign * x` along a line: the first NaN if there is one, else the first of equal elements. */
function firstExtreme(x: TypedArray, start: number, count: number, step: number, sign: 1 | -1): number {
  let best = sign * x[start]
  let place = 0
  for (let k = 1, at = start + step; k < count; k++, at += step) {
    const value = sign * x[at]
    if (value > best || (Number.isNaN(value) && !Number.isNaN(best))) {
      best = value
      place = k
    }
  }
  return place
}
