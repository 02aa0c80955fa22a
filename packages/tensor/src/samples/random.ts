import type { Op, OpSamples } from '../op.ts'
import { foldInOp, randomBitsOp } from '../ops/random-key-op.ts'

const keys = [
  [0, 0],
  [0, 42],
  [4294967295, 4294967295],
  [320440878, 57701188],
].map((values) => ({ shape: [2], dtype: 'uint32' as const, values }))

export const randomSamples: readonly OpSamples[] = [
  {
    op: randomBitsOp as Op,
    samples: [
      ...keys.map((key) => ({ inputs: [key], params: { shape: [7] } })),
      { inputs: [keys[1]!], params: { shape: [2, 3] } },
      { inputs: [keys[1]!], params: { shape: [] } },
      { inputs: [keys[1]!], params: { shape: [0] } },
    ],
  },
  {
    op: foldInOp as Op,
    samples: keys.flatMap((key) =>
      [0, 1, 4294967295].map((data) => ({
        inputs: [key, { shape: [], dtype: 'uint32' as const, values: [data] }],
        params: null,
      })),
    ),
  },
]
