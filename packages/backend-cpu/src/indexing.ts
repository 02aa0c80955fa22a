import type { Kernel } from '@gradus/graph'
import { linesAlong } from './lines.ts'

/** Kernels that address elements by index. An index out of range reads 0 and writes nothing, as on every backend. */
export const indexingKernels: Readonly<Record<string, Kernel>> = {
  gather(output, [x, indices], { axis }: { axis: number }) {
    const y = output.data
    const from = x.data
    const positions = indices.data
    const { outer, count, inner } = linesAlong(x.shape, axis)
    for (let o = 0, to = 0; o < outer; o++) {
      for (let j = 0; j < positions.length; j++, to += inner) {
        const position = positions[j]
        if (position < 0 || position >= count) {
          y.fill(0, to, to + inner)
          continue
        }
        const start = (o * count + position) * inner
        if (inner >= longRow) y.set(from.subarray(start, start + inner), to)
        else for (let i = 0; i < inner; i++) y[to + i] = from[start + i]
      }
    }
  },

  scatterAdd(output, [base, indices, updates], { axis }: { axis: number }) {
    const y = output.data
    const from = updates.data
    const positions = indices.data
    const { outer, count, inner } = linesAlong(base.shape, axis)
    y.set(base.data)
    for (let o = 0, start = 0; o < outer; o++) {
      for (let j = 0; j < positions.length; j++, start += inner) {
        const position = positions[j]
        if (position < 0 || position >= count) continue
        const to = (o * count + position) * inner
        for (let i = 0; i < inner; i++) y[to + i] += from[start + i]
      }
    }
  },
}

/** For shorter rows a plain loop is faster than `set`, which needs a view of the source. */
const longRow = 64
