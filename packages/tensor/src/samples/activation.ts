import type { Op, OpSamples, Sample } from '../op.ts'
import { relu, softplus } from '../ops/activation.ts'

const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 100, -100, 1000, -1000]
const smooth: readonly Sample[] = [
  { inputs: [{ shape: [2, 3] }], params: null },
  { inputs: [{ shape: [3], values: [0, 20, -20] }], params: null },
  { inputs: [{ shape: [9], values: special }], params: null, forwardOnly: 'NaN and infinities' },
  { inputs: [{ shape: [0, 2] }], params: null },
]

export const activationSamples: readonly OpSamples[] = [
  {
    op: relu.op as Op,
    samples: [
      { inputs: [{ shape: [4], values: [-2, -0.1, 0.1, 3] }], params: null },
      { inputs: [{ shape: [9], values: special }], params: null, forwardOnly: 'a kink at 0, NaN and infinities' },
      { inputs: [{ shape: [3], dtype: 'int32', values: [-3, 0, 5] }], params: null },
    ],
  },
  { op: softplus.op as Op, samples: smooth },
]
