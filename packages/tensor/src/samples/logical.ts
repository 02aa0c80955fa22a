import type { Op, OpSamples } from '../op.ts'
import {
  bitwiseAnd,
  bitwiseNot,
  bitwiseOr,
  bitwiseXor,
  isFinite,
  isNan,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  shiftLeft,
  shiftRight,
} from '../ops/logical.ts'

const truthTable = [
  { shape: [4], dtype: 'bool', values: [0, 0, 1, 1] },
  { shape: [4], dtype: 'bool', values: [0, 1, 0, 1] },
] as const
const signed = [
  { shape: [5], dtype: 'int32', values: [12, -1, 0, 2147483647, -2147483648] },
  { shape: [5], dtype: 'int32', values: [10, 5, -7, 1, -1] },
] as const
const unsigned = [
  { shape: [3], dtype: 'uint32', values: [4294967295, 1, 2863311530] },
  { shape: [3], dtype: 'uint32', values: [1, 4294967295, 1431655765] },
] as const
const shifts = [
  {
    inputs: [
      { shape: [6], dtype: 'int32', values: [1, -8, -8, 5, -5, 3] },
      { shape: [6], dtype: 'int32', values: [31, 1, 32, 40, 40, 0] },
    ],
    params: null,
  },
  {
    inputs: [
      { shape: [3], dtype: 'uint32', values: [4294967295, 2147483648, 7] },
      { shape: [3], dtype: 'uint32', values: [4, 31, 32] },
    ],
    params: null,
  },
] as const
const special = [0, -0, 1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]

export const logicalSamples: readonly OpSamples[] = [
  ...[logicalAnd.op, logicalOr.op, logicalXor.op].map((op) => ({
    op: op as Op,
    samples: [{ inputs: truthTable, params: null }],
  })),
  { op: logicalNot.op as Op, samples: [{ inputs: [truthTable[1]], params: null }] },
  ...[isNan.op, isFinite.op].map((op) => ({
    op: op as Op,
    samples: [{ inputs: [{ shape: [6], values: special }], params: null }],
  })),
  ...[bitwiseAnd.op, bitwiseOr.op, bitwiseXor.op].map((op) => ({
    op: op as Op,
    samples: [
      { inputs: signed, params: null },
      { inputs: unsigned, params: null },
    ],
  })),
  {
    op: bitwiseNot.op as Op,
    samples: [
      { inputs: [signed[0]], params: null },
      { inputs: [unsigned[0]], params: null },
    ],
  },
  ...[shiftLeft.op, shiftRight.op].map((op) => ({ op: op as Op, samples: shifts })),
]
