import type { Op, OpSamples } from '../op.ts'
import { sigmoid } from '../ops/sigmoid.ts'
import { logSoftmax, sigmoidCrossEntropy, softmax, softmaxCrossEntropy } from '../ops/softmax.ts'

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
    op: sigmoid.op as Op,
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
  { op: softmax.op as Op, samples: axisSamples },
  { op: logSoftmax.op as Op, samples: axisSamples },
  {
    op: softmaxCrossEntropy.op as Op,
    samples: [
      { inputs: [rows, probabilities], params: { axis: 1 } },
      { inputs: [{ shape: [2, 3, 2] }, { shape: [2, 3, 2] }], params: { axis: 1 } },
      { inputs: [extreme, { shape: [2, 3], values: [0, 0, 1, 1, 0, 0] }], params: { axis: 1 } },
      {
        inputs: [
          { shape: [2, 3], values: [1, Number.NEGATIVE_INFINITY, 2, Number.NEGATIVE_INFINITY, 0, 1] },
          { shape: [2, 3], values: [0.25, 0, 0.75, 0, 1, 0] },
        ],
        params: { axis: 1 },
        forwardOnly: 'infinities',
      },
    ],
  },
  {
    op: sigmoidCrossEntropy.op as Op,
    samples: [
      { inputs: [rows, probabilities], params: null },
      {
        inputs: [
          { shape: [4], values: [0, 100, -100, 30] },
          { shape: [4], values: [0.25, 0, 1, 1] },
        ],
        params: null,
      },
      {
        inputs: [
          { shape: [4], values: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 1] },
          { shape: [4], values: [0, 1, 0.5, 1] },
        ],
        params: null,
        forwardOnly: 'infinities',
      },
    ],
  },
]
