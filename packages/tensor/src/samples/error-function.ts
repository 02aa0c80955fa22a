import type { Op, OpSamples } from '../op.ts'
import { erf, erfc, erfInv } from '../ops/error-function.ts'

const ends = [0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1, -1]
const forwardOnly = 'NaN and infinities'

export const errorFunctionSamples: readonly OpSamples[] = [
  {
    op: erf.op as Op,
    samples: [
      { inputs: [{ shape: [2, 3] }], params: null },
      { inputs: [{ shape: [4], values: [1e-4, -3, 5, 0.5] }], params: null },
      { inputs: [{ shape: [7], values: ends }], params: null, forwardOnly },
    ],
  },
  {
    op: erfc.op as Op,
    samples: [
      { inputs: [{ shape: [2, 3] }], params: null },
      { inputs: [{ shape: [4], values: [1e-4, -3, 2.5, 0.5] }], params: null },
      { inputs: [{ shape: [7], values: ends }], params: null, forwardOnly },
    ],
  },
  {
    op: erfInv.op as Op,
    samples: [
      { inputs: [{ shape: [2, 3], low: -0.8, high: 0.8 }], params: null },
      { inputs: [{ shape: [4], values: [0.9, -0.95, 0.86, 0.001] }], params: null },
      { inputs: [{ shape: [7], values: ends }], params: null, forwardOnly },
    ],
  },
]
