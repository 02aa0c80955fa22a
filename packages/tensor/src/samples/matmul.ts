import type { Op, OpSamples, Sample } from '../op.ts'
import { matmul } from '../ops/matmul.ts'
import type { Shape } from '../shape.ts'

function pair(a: Shape, b: Shape, transposeA: boolean, transposeB: boolean): Sample {
  return { inputs: [{ shape: a }, { shape: b }], params: { transposeA, transposeB } }
}

export const matmulSamples: readonly OpSamples[] = [
  {
    op: matmul.op as Op,
    samples: [
      pair([2, 3], [3, 4], false, false),
      pair([3, 2], [3, 4], true, false),
      pair([2, 3], [4, 3], false, true),
      pair([3, 2], [4, 3], true, true),
      pair([2, 3, 2], [2, 2, 4], false, false),
      pair([2, 2, 3], [2, 4, 2], true, true),
      pair([1, 2, 1, 3], [1, 2, 3, 1], false, false),
      pair([1, 3], [3, 1], false, false),
      pair([9, 17], [17, 33], false, false),
      pair([2, 0], [0, 3], false, false),
      pair([0, 2], [2, 3], false, false),
      {
        inputs: [
          { shape: [2, 3], dtype: 'int32' },
          { shape: [3, 2], dtype: 'int32' },
        ],
        params: { transposeA: false, transposeB: false },
      },
    ],
  },
]
