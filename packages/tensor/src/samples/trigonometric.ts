import type { Op, OpSamples, Sample } from '../op.ts'
import { acos, acosh, asin, asinh, atan, atan2, atanh, cos, cosh, sin, sinh, tan, tanh } from '../ops/trigonometric.ts'

const special = [0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1, -1]

function samples(low: number, high: number): Sample[] {
  return [
    { inputs: [{ shape: [2, 3], low, high }], params: null },
    { inputs: [{ shape: [7], values: special }], params: null, forwardOnly: 'NaN and infinities' },
    { inputs: [{ shape: [2, 0] }], params: null },
  ]
}

export const trigonometricSamples: readonly OpSamples[] = [
  ...[sin.op, cos.op, atan.op, sinh.op, cosh.op, tanh.op, asinh.op].map((op) => ({
    op: op as Op,
    samples: samples(-2, 2),
  })),
  ...[tan.op, asin.op, acos.op, atanh.op].map((op) => ({ op: op as Op, samples: samples(-0.8, 0.8) })),
  { op: acosh.op as Op, samples: samples(1.5, 4) },
  {
    op: atan2.op as Op,
    samples: [
      { inputs: [{ shape: [2, 3] }, { shape: [2, 3], low: 0.5, high: 2 }], params: null },
      {
        inputs: [
          { shape: [4], values: [1, -1, 1, -1] },
          { shape: [4], values: [1, 1, -1, -1] },
        ],
        params: null,
      },
      {
        inputs: [
          { shape: [6], values: [0, -0, 0, -0, Number.POSITIVE_INFINITY, Number.NaN] },
          { shape: [6], values: [1, 1, -1, -1, Number.NEGATIVE_INFINITY, 1] },
        ],
        params: null,
        forwardOnly: 'a branch cut, NaN and infinities',
      },
    ],
  },
]
