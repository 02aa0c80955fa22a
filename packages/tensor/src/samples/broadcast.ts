import type { Op, OpSamples } from '../op.ts'
import { reshape, sum } from '../ops/broadcast.ts'
import { expandOp, identityOp } from '../ops/broadcast-op.ts'
import { fillOp } from '../ops/create-op.ts'

export const broadcastSamples: readonly OpSamples[] = [
  {
    op: fillOp as Op,
    samples: [
      { inputs: [], params: { shape: [2, 3], dtype: 'float32', value: 1.5 } },
      { inputs: [], params: { shape: [], dtype: 'int32', value: -3 } },
    ],
  },
  { op: expandOp as Op, samples: [{ inputs: [{ shape: [2, 1, 3] }], params: { shape: [2, 4, 3] } }] },
  { op: reshape.op as Op, samples: [{ inputs: [{ shape: [2, 6] }], params: { shape: [3, 4] } }] },
  { op: identityOp as Op, samples: [{ inputs: [{ shape: [2, 3] }], params: null }] },
  {
    op: sum.op as Op,
    samples: [
      { inputs: [{ shape: [2, 3, 4] }], params: { axes: [0, 2], keepDims: false } },
      { inputs: [{ shape: [2, 3] }], params: { axes: [0, 1], keepDims: true } },
      { inputs: [{ shape: [2, 0] }], params: { axes: [1], keepDims: false } },
      { inputs: [{ shape: [5], dtype: 'int32' }], params: { axes: [0], keepDims: false } },
    ],
  },
]
