import type { Op, OpSamples } from '../op.ts'
import { concat, flip, slice } from '../ops/movement.ts'
import { padOp, permuteOp } from '../ops/movement-op.ts'

const input = { shape: [2, 3, 4] }

export const movementSamples: readonly OpSamples[] = [
  {
    op: permuteOp as Op,
    samples: [
      { inputs: [input], params: { axes: [2, 0, 1] } },
      { inputs: [{ shape: [2, 0, 3], dtype: 'int32' }], params: { axes: [1, 2, 0] } },
      { inputs: [{ shape: [2, 2], dtype: 'bool', values: [1, 1, 0, 0] }], params: { axes: [1, 0] } },
    ],
  },
  {
    op: padOp as Op,
    samples: [
      { inputs: [{ shape: [2, 3] }], params: { low: [1, 0], high: [0, 2], interior: [0, 0] } },
      { inputs: [{ shape: [2, 3] }], params: { low: [0, 1], high: [1, 0], interior: [2, 1] } },
      { inputs: [{ shape: [0, 2] }], params: { low: [1, 0], high: [1, 0], interior: [1, 1] } },
      { inputs: [{ shape: [2], dtype: 'bool', values: [1, 1] }], params: { low: [1], high: [1], interior: [1] } },
    ],
  },
  {
    op: slice.op as Op,
    samples: [
      { inputs: [input], params: { start: [0, 1, 2], size: [2, 2, 1], step: [1, 1, 1] } },
      { inputs: [{ shape: [7, 2] }], params: { start: [1, 0], size: [3, 2], step: [2, 1] } },
      { inputs: [{ shape: [3] }], params: { start: [3], size: [0], step: [1] } },
      { inputs: [{ shape: [4], dtype: 'int32' }], params: { start: [2], size: [2], step: [1] } },
    ],
  },
  {
    op: flip.op as Op,
    samples: [
      { inputs: [input], params: { axes: [0, 2] } },
      { inputs: [{ shape: [3], dtype: 'int32' }], params: { axes: [0] } },
    ],
  },
  {
    op: concat.op as Op,
    samples: [
      { inputs: [{ shape: [2, 3] }, { shape: [2, 1] }, { shape: [2, 0] }], params: { axis: 1 } },
      {
        inputs: [
          { shape: [1, 2], dtype: 'int32' },
          { shape: [2, 2], dtype: 'int32' },
        ],
        params: { axis: 0 },
      },
    ],
  },
]
