import type { Op, OpSamples, Sample } from '../op.ts'
import {
  acoshOp,
  acosOp,
  asinhOp,
  asinOp,
  atan2Op,
  atanhOp,
  atanOp,
  coshOp,
  cosOp,
  sinhOp,
  sinOp,
  tanhOp,
  tanOp,
} from '../ops/trigonometric.ts'

const special = [0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1, -1]

function samples(low: number, high: number): Sample[] {
  return [
    { inputs: [{ shape: [2, 3], low, high }], params: null },
    { inputs: [{ shape: [7], values: special }], params: null, forwardOnly: 'NaN and infinities' },
    { inputs: [{ shape: [2, 0] }], params: null },
  ]
}

export const trigonometricSamples: readonly OpSamples[] = [
  ...[sinOp, cosOp, atanOp, sinhOp, coshOp, tanhOp, asinhOp].map((op) => ({ op: op as Op, samples: samples(-2, 2) })),
  ...[tanOp, asinOp, acosOp, atanhOp].map((op) => ({ op: op as Op, samples: samples(-0.8, 0.8) })),
  { op: acoshOp as Op, samples: samples(1.5, 4) },
  {
    op: atan2Op as Op,
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
