import type { Op, OpSamples } from '../op.ts'
import { sigmoidOp } from '../ops/sigmoid.ts'
import { logSoftmaxOp, sigmoidCrossEntropyOp, softmaxCrossEntropyOp, softmaxOp } from '../ops/softmax.ts'

const rows = { shape: [3, 4] }
const extreme = { shape: [2, 3], values: [1000, 0, -1000, 500, 500, 499] }
const probabilities = { shape: [3, 4], low: 0, high: 1 }
const axisSamples = [
  { inputs: [rows], params: { axes: [1] } },
  { inputs: [{ shape: [2, 3, 2] }], params: { axes: [0, 2] } },
  { inputs: [{ shape: [2, 1] }], params: { axes: [1] } },
  { inputs: [{ shape: [0, 3] }], params: { axes: [1] } },
  { inputs: [extreme], params: { axes: [1] } },
]

export const softmaxSamples: readonly OpSamples[] = [
  {
    op: sigmoidOp as Op,
    samples: [
      { inputs: [rows], params: null },
      { inputs: [{ shape: [4], values: [0, 1000, -1000, -30] }], params: null },
      {
        inputs: [{ shape: [2], values: [Number.NaN, Number.NEGATIVE_INFINITY] }],
        params: null,
        forwardOnly: 'NaN and infinities',
      },
    ],
  },
  { op: softmaxOp as Op, samples: axisSamples },
  { op: logSoftmaxOp as Op, samples: axisSamples },
  {
    op: softmaxCrossEntropyOp as Op,
    samples: [
      { inputs: [rows, probabilities], params: { axis: 1 } },
      { inputs: [{ shape: [2, 3, 2] }, { shape: [2, 3, 2] }], params: { axis: 1 } },
      { inputs: [extreme, { shape: [2, 3], values: [0, 0, 1, 1, 0, 0] }], params: { axis: 1 } },
    ],
  },
  {
    op: sigmoidCrossEntropyOp as Op,
    samples: [
      { inputs: [rows, probabilities], params: null },
      {
        inputs: [
          { shape: [4], values: [0, 100, -100, 30] },
          { shape: [4], values: [0.25, 0, 1, 1] },
        ],
        params: null,
      },
    ],
  },
]
