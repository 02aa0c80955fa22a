import type { Op, OpSamples } from '../op.ts'
import { cumprod, cumsum } from '../ops/cumulative.ts'

const forms = [
  { axis: 0, reverse: false, exclusive: false },
  { axis: 1, reverse: true, exclusive: false },
  { axis: 1, reverse: false, exclusive: true },
  { axis: 0, reverse: true, exclusive: true },
]

export const cumulativeSamples: readonly OpSamples[] = [
  ...[cumsum.op, cumprod.op].map((op) => ({
    op: op as Op,
    samples: [
      ...forms.map((params) => ({ inputs: [{ shape: [3, 4] }], params })),
      ...forms.map((params) => ({ inputs: [{ shape: [2, 4], values: [2, 0, 3, -1, 0, 5, 0, 2] }], params })),
      { inputs: [{ shape: [2, 3, 2] }], params: { axis: 1, reverse: false, exclusive: false } },
      { inputs: [{ shape: [4], dtype: 'int32' as const }], params: { axis: 0, reverse: true, exclusive: false } },
      { inputs: [{ shape: [2, 0] }], params: { axis: 1, reverse: false, exclusive: true } },
    ],
  })),
]
