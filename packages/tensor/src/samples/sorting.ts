import type { Op, OpSamples } from '../op.ts'
import { argsort } from '../ops/sorting.ts'

const mixed = [3, Number.NaN, -1, 3, Number.POSITIVE_INFINITY, -1, Number.NEGATIVE_INFINITY, 0]

export const sortingSamples: readonly OpSamples[] = [
  {
    op: argsort.op as Op,
    samples: [
      { inputs: [{ shape: [2, 5] }], params: { axis: 1, descending: false } },
      { inputs: [{ shape: [3, 2, 2] }], params: { axis: 0, descending: true } },
      { inputs: [{ shape: [8], values: mixed }], params: { axis: 0, descending: false } },
      { inputs: [{ shape: [8], values: mixed }], params: { axis: 0, descending: true } },
      { inputs: [{ shape: [4], values: [0, -0, 0, -0] }], params: { axis: 0, descending: false } },
      { inputs: [{ shape: [5], dtype: 'int32', values: [2, -7, 2, 0, -7] }], params: { axis: 0, descending: true } },
      { inputs: [{ shape: [3], dtype: 'uint32', values: [4294967295, 0, 7] }], params: { axis: 0, descending: false } },
      { inputs: [{ shape: [2, 0] }], params: { axis: 1, descending: false } },
    ],
  },
]
