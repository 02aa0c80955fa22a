import type { Op, OpSamples } from '../op.ts'
import { iotaOp } from '../ops/create-op.ts'

export const createSamples: readonly OpSamples[] = [
  {
    op: iotaOp as Op,
    samples: [
      { inputs: [], params: { shape: [2, 3], dtype: 'int32', axis: 0 } },
      { inputs: [], params: { shape: [2, 3], dtype: 'float32', axis: 1 } },
      { inputs: [], params: { shape: [0, 3], dtype: 'uint32', axis: 0 } },
    ],
  },
]
