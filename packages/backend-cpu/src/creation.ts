import type { Kernel } from '@gradus/graph'
import { linesAlong } from './lines.ts'

/** Kernels without inputs. */
export const creationKernels: Readonly<Record<string, Kernel>> = {
  fill(output, _, { value }: { value: number }) {
    output.data.fill(value)
  },

  iota(output, _, { axis }: { axis: number }) {
    const y = output.data
    const { outer, count, inner } = linesAlong(output.shape, axis)
    for (let o = 0, position = 0; o < outer; o++) {
      for (let coordinate = 0; coordinate < count; coordinate++) {
        for (let i = 0; i < inner; i++) y[position++] = coordinate
      }
    }
  },
}
