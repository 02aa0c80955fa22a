import type { foldOp, WindowParams, windowOp } from '../ops/window-op.ts'
import type { ElementRule, Lowerings, ParamsOf, ReductionRule } from './rule.ts'

const window: ElementRule<ParamsOf<typeof windowOp>> = {
  kind: 'element',
  element({ params: { sizes, strides, dilations } }, at, { index, read }) {
    const rank = sizes.length
    const spatial = sizes.map((_, i) =>
      index.plus(index.times(at[1 + i]!, strides[i]!), index.times(at[1 + rank + i]!, dilations[i]!)),
    )
    return read(0, [at[0]!, ...spatial, at.at(-1)!])
  },
}

/** Each element of the output sums the elements of the windows that cover its position. */
const fold: ReductionRule<ParamsOf<typeof foldOp>> = {
  kind: 'reduction',
  combine: 'sum',
  inner: ({ params }) => spatialAxes(params).flatMap(({ overlaps, size }) => (overlaps ? [size] : [])),
  source({ params, inputs }, at, inner, index) {
    let next = 0
    const axes = spatialAxes(params).map(({ overlaps, size, stride, dilation }, i) => {
      const position = at[1 + i]!
      // if windows do not overlap, the position determines the window
      const offset = overlaps ? inner[next++]! : index.remainder(position, stride)
      const start = index.plus(position, index.times(offset, -dilation))
      const window = index.quotient(overlaps ? start : position, stride)
      const within = { index: window, low: 0, high: inputs[0]!.shape[1 + i]! }
      if (!overlaps)
        return { offset, window, only: size < stride ? [{ index: offset, low: 0, high: size }, within] : [within] }
      const starts = { index: index.remainder(start, stride), low: 0, high: 1 }
      return { offset, window, only: stride > 1 ? [starts, within] : [within] }
    })
    const [windows, offsets] = [axes.map(({ window }) => window), axes.map(({ offset }) => offset)]
    return { at: [at[0]!, ...windows, ...offsets, at.at(-1)!], only: axes.flatMap(({ only }) => only) }
  },
}

function spatialAxes({ sizes, strides, dilations }: WindowParams) {
  return sizes.map((size, i) => {
    const [stride, dilation] = [strides[i]!, dilations[i]!]
    return { size, stride, dilation, overlaps: !(dilation === 1 && size <= stride) }
  })
}

export const windowLowerings: Lowerings = { window, fold }
