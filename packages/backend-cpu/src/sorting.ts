import type { Kernel } from '@gradus/graph'
import { linesAlong } from './lines.ts'

export const sortingKernels: Readonly<Record<string, Kernel>> = {
  argsort(output, [x], { axis, descending }: { axis: number; descending: boolean }) {
    const { outer, count, inner } = linesAlong(x.shape, axis)
    const keys = new Float64Array(count)
    const order = new Uint32Array(count)
    // equal keys keep their order, including equal infinities, whose difference is NaN
    const compare = descending
      ? (a: number, b: number) => keys[b] - keys[a] || a - b
      : (a: number, b: number) => keys[a] - keys[b] || a - b
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        const start = o * count * inner + i
        let numbers = 0
        for (let k = 0; k < count; k++) {
          keys[k] = x.data[start + k * inner]
          if (!Number.isNaN(keys[k])) order[numbers++] = k
        }
        order.subarray(0, numbers).sort(compare)
        // NaN last in both directions
        if (numbers < count) for (let k = 0; k < count; k++) if (Number.isNaN(keys[k])) order[numbers++] = k
        for (let k = 0; k < count; k++) output.data[start + k * inner] = order[k]
      }
    }
  },
}
