import type { Op, OpSamples } from '../op.ts'
import { layerNormalization } from '../ops/normalization.ts'

export const normalizationSamples: readonly OpSamples[] = [
  {
    op: layerNormalization.op as Op,
    samples: [
      { inputs: [{ shape: [3, 4] }], params: { axes: [1], epsilon: 1e-3 } },
      { inputs: [{ shape: [2, 3, 2] }], params: { axes: [0, 1], epsilon: 0.1 } },
      { inputs: [{ shape: [4, 1] }], params: { axes: [1], epsilon: 1e-3 } },
      { inputs: [{ shape: [2, 3], values: [1000, 1001, 1002, -5, -5, -5] }], params: { axes: [1], epsilon: 1e-3 } },
      { inputs: [{ shape: [0, 3] }], params: { axes: [1], epsilon: 1e-3 } },
    ],
  },
]
