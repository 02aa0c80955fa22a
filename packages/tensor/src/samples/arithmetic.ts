import type { Op, OpSamples } from '../op.ts'
import {
  add,
  cast,
  div,
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  maximum,
  minimum,
  mul,
  neg,
  notEqual,
  sub,
  where,
} from '../ops/arithmetic.ts'

const pair = [{ inputs: [{ shape: [2, 3] }, { shape: [2, 3] }], params: null }]
const integerPair = [
  {
    inputs: [
      { shape: [4], dtype: 'int32', values: [7, -7, 5, 0] },
      { shape: [4], dtype: 'int32', values: [2, 2, -3, 4] },
    ],
    params: null,
  },
] as const
const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1]
const specialPair = [
  {
    inputs: [
      { shape: [6], values: special },
      { shape: [6], values: [1, 1, 1, -0, 0, Number.NaN] },
    ],
    params: null,
    forwardOnly: 'NaN and infinities',
  },
] as const
const steps = [
  {
    inputs: [
      { shape: [5], values: [1, 2, 3, 2, Number.NaN] },
      { shape: [5], values: [1, 3, 2, 2, 1] },
    ],
    params: null,
  },
]

export const arithmeticSamples: readonly OpSamples[] = [
  { op: neg.op as Op, samples: [{ inputs: [{ shape: [2, 3] }], params: null }] },
  { op: add.op as Op, samples: [...pair, ...integerPair, ...specialPair] },
  { op: sub.op as Op, samples: [...pair, ...integerPair, ...specialPair] },
  { op: mul.op as Op, samples: [...pair, ...integerPair, ...specialPair] },
  {
    op: div.op as Op,
    samples: [
      { inputs: [{ shape: [2, 3] }, { shape: [2, 3], low: 0.5, high: 2 }], params: null },
      ...integerPair,
      ...specialPair,
    ],
  },
  { op: maximum.op as Op, samples: [...pair, ...integerPair, ...specialPair] },
  { op: minimum.op as Op, samples: [...pair, ...integerPair, ...specialPair] },
  ...[equal.op, notEqual.op, less.op, lessEqual.op, greater.op, greaterEqual.op].map((op) => ({
    op: op as Op,
    samples: [...steps, ...integerPair],
  })),
  {
    op: where.op as Op,
    samples: [
      { inputs: [{ shape: [4], dtype: 'bool', values: [1, 0, 0, 1] }, { shape: [4] }, { shape: [4] }], params: null },
    ],
  },
  {
    op: cast.op as Op,
    samples: [
      {
        inputs: [{ shape: [3] }],
        params: { dtype: 'float32' },
        forwardOnly: 'rounding to float32 is a step function in float64',
      },
      { inputs: [{ shape: [3] }], params: { dtype: 'float64' } },
      { inputs: [{ shape: [6], values: [1.9, -1.9, 0.5, 3e9, -3e9, Number.NaN] }], params: { dtype: 'int32' } },
      { inputs: [{ shape: [3], dtype: 'int32', values: [0, 1, -5] }], params: { dtype: 'bool' } },
      { inputs: [{ shape: [2], dtype: 'bool', values: [1, 0] }], params: { dtype: 'float32' } },
    ],
  },
]
