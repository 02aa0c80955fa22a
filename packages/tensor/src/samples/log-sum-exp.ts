import type { Op, OpSamples } from '../op.ts'
import { logAddExp, logSumExp } from '../ops/log-sum-exp.ts'

const inf = Number.POSITIVE_INFINITY
const nan = Number.NaN
const forwardOnly = 'NaN and infinities'

export const logSumExpSamples: readonly OpSamples[] = [
  {
    op: logAddExp.op as Op,
    samples: [
      { inputs: [{ shape: [2, 3] }, { shape: [2, 3] }], params: null },
      {
        inputs: [
          { shape: [7], values: [inf, -inf, inf, -inf, 1000, nan, 1] },
          { shape: [7], values: [inf, -inf, -inf, 2, 999, inf, nan] },
        ],
        params: null,
        forwardOnly,
      },
    ],
  },
  {
    op: logSumExp.op as Op,
    samples: [
      { inputs: [{ shape: [2, 3, 2] }], params: { axes: [1], keepDims: false } },
      { inputs: [{ shape: [2, 3] }], params: { axes: [0, 1], keepDims: true } },
      { inputs: [{ shape: [2, 0] }], params: { axes: [1], keepDims: false } },
      {
        inputs: [{ shape: [5, 2], values: [-inf, -inf, inf, 0, nan, 1, 1000, 1001, -inf, 3] }],
        params: { axes: [1], keepDims: false },
        forwardOnly,
      },
    ],
  },
]
