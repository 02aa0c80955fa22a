import type { Kernel } from '@gradus/graph'
import { isFloat, type TypedArray } from '@gradus/tensor'
import { linesAlong } from './lines.ts'

/** Kernels that address elements by index. An index out of range reads 0 or `outside` and writes nothing, as on every backend. */
export const indexingKernels: Readonly<Record<string, Kernel>> = {
  gather(output, [x, indices], { axis, outside = 0 }: { axis: number; outside?: number }) {
    const y = output.data
    const from = x.data
    const positions = indices.data
    const missing = isFloat(x.dtype) ? outside : 0
    const { outer, count, inner } = linesAlong(x.shape, axis)
    for (let o = 0, to = 0; o < outer; o++) {
      for (let j = 0; j < positions.length; j++, to += inner) {
        const position = positions[j]
        if (position < 0 || position >= count) {
          y.fill(missing, to, to + inner)
          continue
        }
        const start = (o * count + position) * inner
        if (inner >= longRow) y.set(from.subarray(start, start + inner), to)
        else for (let i = 0; i < inner; i++) y[to + i] = from[start + i]
      }
    }
  },

  /** Floats of rows with many updates are added in doubles and rounded once. */
  scatterAdd(output, [base, indices, updates], { axis }: { axis: number }) {
    const y = output.data
    const from = updates.data
    const positions = indices.data
    const { outer, count, inner } = linesAlong(base.shape, axis)
    y.set(base.data)
    const { slots, rows } = isFloat(output.dtype) ? rowsInDoubles(positions, count) : noDoubles
    const sums = new Float64Array(rows.length * inner)
    for (let o = 0, start = 0; o < outer; o++) {
      const first = o * count
      for (let slot = 0; slot < rows.length; slot++) {
        for (let i = 0, at = (first + rows[slot]) * inner; i < inner; i++) sums[slot * inner + i] = y[at + i]
      }
      for (let j = 0; j < positions.length; j++, start += inner) {
        const position = positions[j]
        if (position < 0 || position >= count) continue
        const slot = slots ? slots[position] - 1 : -1
        if (slot >= 0) for (let i = 0, to = slot * inner; i < inner; i++) sums[to + i] += from[start + i]
        else for (let i = 0, to = (first + position) * inner; i < inner; i++) y[to + i] += from[start + i]
      }
      for (let slot = 0; slot < rows.length; slot++) {
        y.set(sums.subarray(slot * inner, (slot + 1) * inner), (first + rows[slot]) * inner)
      }
    }
  },
}

/** A row with more updates than this is added in doubles. */
const fewUpdates = 8

interface RowsInDoubles {
  /** For each row of the output, 1 more than its number among `rows`, or 0. */
  readonly slots: Int32Array | undefined
  readonly rows: readonly number[]
}

const noDoubles: RowsInDoubles = { slots: undefined, rows: [] }

/** The rows of the output with many updates. */
function rowsInDoubles(positions: TypedArray, count: number): RowsInDoubles {
  if (positions.length <= fewUpdates) return noDoubles
  const slots = new Int32Array(count)
  const rows: number[] = []
  for (let j = 0; j < positions.length; j++) {
    const position = positions[j]
    if (position >= 0 && position < count && ++slots[position] === fewUpdates + 1) rows.push(position)
  }
  slots.fill(0)
  rows.forEach((row, slot) => {
    slots[row] = slot + 1
  })
  return { slots, rows }
}

/** For shorter rows a plain loop is faster than `set`, which needs a view of the source. */
const longRow = 64
