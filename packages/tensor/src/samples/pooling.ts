import type { Op, OpSamples } from '../op.ts'
import { maxPool } from '../ops/pooling.ts'
import { maxPoolGradientOp, type PoolParams } from '../ops/pooling-op.ts'

const pools: readonly { readonly shape: readonly number[]; readonly params: PoolParams }[] = [
  { shape: [2, 6, 2], params: { sizes: [2], strides: [2], padding: [[0, 0]] } },
  { shape: [1, 5, 1], params: { sizes: [3], strides: [2], padding: [[1, 1]] } },
  {
    shape: [1, 4, 4, 2],
    params: {
      sizes: [2, 2],
      strides: [2, 2],
      padding: [
        [0, 0],
        [0, 0],
      ],
    },
  },
  {
    shape: [1, 5, 4, 1],
    params: {
      sizes: [3, 2],
      strides: [1, 1],
      padding: [
        [1, 1],
        [0, 1],
      ],
    },
  },
  {
    shape: [1, 3, 2, 3, 1],
    params: {
      sizes: [2, 2, 2],
      strides: [1, 1, 1],
      padding: [
        [0, 1],
        [0, 0],
        [1, 0],
      ],
    },
  },
]
const ties = {
  inputs: [{ shape: [1, 4, 1], values: [2, 2, -1, -1] }],
  params: pools[0]!.params,
  forwardOnly: 'a tie is a kink',
}
const integers = {
  inputs: [{ shape: [1, 5, 1], dtype: 'int32' as const, values: [-3, -5, -1, -1, -7] }],
  params: pools[1]!.params,
}

export const poolingSamples: readonly OpSamples[] = [
  {
    op: maxPool.op as Op,
    samples: [...pools.map(({ shape, params }) => ({ inputs: [{ shape }], params })), ties, integers],
  },
  {
    op: maxPoolGradientOp as Op,
    samples: pools.map(({ shape, params }) => ({
      inputs: [{ shape: maxPool.op.shape([{ shape, dtype: 'float32' }], params).shape }, { shape }],
      params,
    })),
  },
]
