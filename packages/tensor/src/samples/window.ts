import type { Op, OpSamples } from '../op.ts'
import { foldOp, windowOp } from '../ops/window-op.ts'

const line = { sizes: [3], strides: [2], dilations: [1] }
const dilatedLine = { sizes: [2], strides: [1], dilations: [3] }
const overlapping = { sizes: [2, 3], strides: [1, 2], dilations: [2, 1] }
const blocks = { sizes: [2, 2], strides: [2, 2], dilations: [1, 1] }
const gaps = { sizes: [1], strides: [3], dilations: [1] }
const solid = { sizes: [2, 1, 2], strides: [1, 1, 1], dilations: [1, 1, 1] }

export const windowSamples: readonly OpSamples[] = [
  {
    op: windowOp as Op,
    samples: [
      { inputs: [{ shape: [2, 6, 2] }], params: line },
      { inputs: [{ shape: [1, 5, 1] }], params: dilatedLine },
      { inputs: [{ shape: [1, 4, 5, 2] }], params: overlapping },
      { inputs: [{ shape: [2, 5, 4, 1] }], params: blocks },
      { inputs: [{ shape: [1, 8, 1] }], params: gaps },
      { inputs: [{ shape: [1, 3, 2, 2, 2] }], params: solid },
      { inputs: [{ shape: [1, 2, 1] }], params: line },
      { inputs: [{ shape: [1, 4, 4, 1], dtype: 'int32' }], params: blocks },
    ],
  },
  {
    op: foldOp as Op,
    samples: [
      { inputs: [{ shape: [2, 2, 3, 2] }], params: { ...line, spatial: [6] } },
      { inputs: [{ shape: [1, 2, 2, 1] }], params: { ...dilatedLine, spatial: [5] } },
      { inputs: [{ shape: [1, 2, 2, 2, 3, 2] }], params: { ...overlapping, spatial: [4, 5] } },
      { inputs: [{ shape: [2, 2, 2, 2, 2, 1] }], params: { ...blocks, spatial: [5, 4] } },
      { inputs: [{ shape: [1, 3, 1, 1] }], params: { ...gaps, spatial: [8] } },
      { inputs: [{ shape: [1, 2, 2, 1, 2, 1, 2, 2] }], params: { ...solid, spatial: [3, 2, 2] } },
    ],
  },
]
