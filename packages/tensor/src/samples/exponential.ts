import type { Op, OpSamples, Sample } from '../op.ts'
import { exp, expm1, log, log1p, pow, rsqrt, sqrt } from '../ops/exponential.ts'

const special = [0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, -1]
const forwardOnly = 'NaN and infinities'

function unary(low: number, high: number): Sample[] {
  return [
    { inputs: [{ shape: [2, 3], low, high }], params: null },
    { inputs: [{ shape: [6], values: special }], params: null, forwardOnly },
    { inputs: [{ shape: [0, 2] }], params: null },
  ]
}

const powers = [
  [2, 0, 0.5, -1.5, -2, 3, 0.3],
  [3, 2, -1, 2, -3, 0, 1],
] as const
const edges = [
  [0, 0, -2, 0, Number.POSITIVE_INFINITY, Number.NaN, 1, -1],
  [0, -1, 0.5, 0.5, -1, 0, Number.NaN, Number.POSITIVE_INFINITY],
] as const

export const exponentialSamples: readonly OpSamples[] = [
  { op: exp.op as Op, samples: unary(-2, 2) },
  { op: expm1.op as Op, samples: unary(-1, 1) },
  { op: log.op as Op, samples: unary(0.5, 3) },
  { op: log1p.op as Op, samples: unary(-0.5, 2) },
  { op: sqrt.op as Op, samples: unary(0.5, 3) },
  { op: rsqrt.op as Op, samples: unary(0.5, 3) },
  {
    op: pow.op as Op,
    samples: [
      { inputs: [{ shape: [2, 3], low: 0.5, high: 2 }, { shape: [2, 3] }], params: null },
      {
        inputs: powers.map((values) => ({ shape: [7], values })),
        params: null,
        forwardOnly: 'no derivative by the exponent below 0',
      },
      { inputs: edges.map((values) => ({ shape: [8], values })), params: null, forwardOnly },
    ],
  },
]
