import type { Op, OpSamples, Sample } from '../op.ts'
import { abs, ceil, floor, mod, round, sign, trunc } from '../ops/rounding.ts'

const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0]
const halves = [-2.5, -1.5, -0.5, -0.2, 0.5, 1.5, 2.5, 1.2, 1e10]
const forwardOnly = 'a step function or a kink'

const steps: readonly Sample[] = [
  { inputs: [{ shape: [9], values: halves }], params: null, forwardOnly },
  { inputs: [{ shape: [5], values: special }], params: null, forwardOnly },
  { inputs: [{ shape: [0] }], params: null },
]
const integers: Sample = {
  inputs: [{ shape: [5], dtype: 'int32', values: [-3, 0, 7, 2147483647, -2147483647] }],
  params: null,
}

export const roundingSamples: readonly OpSamples[] = [
  ...[floor.op, ceil.op, trunc.op, round.op].map((op) => ({ op: op as Op, samples: steps })),
  { op: sign.op as Op, samples: [...steps, integers] },
  {
    op: abs.op as Op,
    samples: [{ inputs: [{ shape: [4], values: [-2, -0.5, 0.5, 3] }], params: null }, ...steps, integers],
  },
  {
    op: mod.op as Op,
    samples: [
      {
        inputs: [
          { shape: [4], values: [5.5, -5.5, 5.5, -5.5] },
          { shape: [4], values: [2, 2, -2, -2] },
        ],
        params: null,
      },
      {
        inputs: [
          { shape: [8], values: [1, -1, 0, -0, 3, Number.NaN, Number.POSITIVE_INFINITY, 6] },
          { shape: [8], values: [Number.POSITIVE_INFINITY, 0, 3, 3, -3, 1, 2, 3] },
        ],
        params: null,
        forwardOnly,
      },
      {
        inputs: [
          { shape: [5], dtype: 'int32', values: [7, -7, 7, -7, 3] },
          { shape: [5], dtype: 'int32', values: [3, 3, -3, -3, 0] },
        ],
        params: null,
      },
      {
        inputs: [
          { shape: [2], dtype: 'uint32', values: [4294967295, 5] },
          { shape: [2], dtype: 'uint32', values: [10, 4294967295] },
        ],
        params: null,
      },
    ],
  },
]
