import type { Op, OpSamples } from '../op.ts'
import { all, any, argMax, argMin, max, min, prod } from '../ops/reduction.ts'

const nan = Number.NaN
const infinity = Number.POSITIVE_INFINITY
const bools = { shape: [2, 3], dtype: 'bool', values: [1, 1, 1, 0, 1, 0] } as const
const integers = { shape: [2, 3], dtype: 'int32', values: [3, -7, 3, 0, 5, 5] } as const
const kink = 'the derivative is one-sided at ties'

export const reductionSamples: readonly OpSamples[] = [
  {
    op: prod.op as Op,
    samples: [
      { inputs: [{ shape: [2, 3, 2] }], params: { axes: [1], keepDims: false } },
      { inputs: [{ shape: [2, 3, 2] }], params: { axes: [0, 2], keepDims: true } },
      { inputs: [{ shape: [3, 3], values: [0, 2, 3, 0, 0, 5, 1, 2, 3] }], params: { axes: [1], keepDims: false } },
      { inputs: [{ shape: [2, 0] }], params: { axes: [1], keepDims: false } },
      { inputs: [integers], params: { axes: [0, 1], keepDims: false } },
    ],
  },
  ...[max.op, min.op].map((op) => ({
    op: op as Op,
    samples: [
      { inputs: [{ shape: [2, 3, 4] }], params: { axes: [0, 2], keepDims: false } },
      { inputs: [{ shape: [2, 3] }], params: { axes: [1], keepDims: true } },
      {
        inputs: [{ shape: [2, 3], values: [1, 1, 0, 2, 2, 2] }],
        params: { axes: [1], keepDims: false },
        forwardOnly: kink,
      },
      {
        inputs: [{ shape: [3, 2], values: [nan, 1, infinity, -infinity, 0, -0] }],
        params: { axes: [1], keepDims: false },
        forwardOnly: 'NaN and infinities',
      },
      { inputs: [{ shape: [0, 2] }], params: { axes: [1], keepDims: false } },
      { inputs: [integers], params: { axes: [1], keepDims: false } },
    ],
  })),
  ...[any.op, all.op].map((op) => ({
    op: op as Op,
    samples: [
      { inputs: [bools], params: { axes: [1], keepDims: false } },
      { inputs: [bools], params: { axes: [0, 1], keepDims: true } },
      { inputs: [{ shape: [0], dtype: 'bool' as const }], params: { axes: [0], keepDims: false } },
    ],
  })),
  ...[argMax.op, argMin.op].map((op) => ({
    op: op as Op,
    samples: [
      { inputs: [{ shape: [2, 3, 4] }], params: { axis: 1 } },
      { inputs: [{ shape: [3, 3], values: [1, 2, 2, nan, 0, nan, -infinity, infinity, 0] }], params: { axis: 1 } },
      { inputs: [integers], params: { axis: 0 } },
    ],
  })),
]
