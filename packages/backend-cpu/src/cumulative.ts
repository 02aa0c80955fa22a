import type { Kernel, NdArray } from '@gradus/graph'
import { isFloat } from '@gradus/tensor'
import { linesAlong } from './lines.ts'

interface CumulativeParams {
  readonly axis: number
  readonly reverse: boolean
  readonly exclusive: boolean
}

/** Running sums and products. Floats are accumulated in double and rounded when they are stored; integers wrap around. */
export const cumulativeKernels: Readonly<Record<string, Kernel>> = {
  cumsum(output, [x], params: CumulativeParams) {
    accumulate(output, x, params, 0, isFloat(x.dtype) ? addDoubles : addIntegers)
  },

  cumprod(output, [x], params: CumulativeParams) {
    accumulate(output, x, params, 1, isFloat(x.dtype) ? multiplyDoubles : Math.imul)
  },
}

function accumulate(
  output: NdArray,
  input: NdArray,
  { axis, reverse, exclusive }: CumulativeParams,
  initial: number,
  combine: (total: number, value: number) => number,
): void {
  const x = input.data
  const y = output.data
  const { outer, count, inner } = linesAlong(input.shape, axis)
  const step = reverse ? -inner : inner
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let at = (o * count + (reverse ? count - 1 : 0)) * inner + i
      let total = initial
      for (let k = 0; k < count; k++, at += step) {
        const next = combine(total, x[at])
        y[at] = exclusive ? total : next
        total = next
      }
    }
  }
}

function addDoubles(total: number, value: number): number {
  return total + value
}

function addIntegers(total: number, value: number): number {
  return (total + value) | 0
}

function multiplyDoubles(total: number, value: number): number {
  return total * value
}
