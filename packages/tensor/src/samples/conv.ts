import type { Op, OpSamples, Sample } from '../op.ts'
import { conv } from '../ops/conv.ts'
import type { ConvParams } from '../ops/conv-op.ts'
import type { Shape } from '../shape.ts'

function sample(x: Shape, kernel: Shape, params: Partial<ConvParams> = {}): Sample {
  const ones = new Array<number>(x.length - 2).fill(1)
  return {
    inputs: [{ shape: x }, { shape: kernel }],
    params: {
      strides: ones,
      padding: ones.map(() => [0, 0]),
      inputDilation: ones,
      kernelDilation: ones,
      groups: 1,
      ...params,
    },
  }
}

export const convSamples: readonly OpSamples[] = [
  {
    op: conv.op as Op,
    samples: [
      sample([2, 5, 2], [3, 2, 3]),
      sample([2, 7, 2], [3, 2, 2], { strides: [2], padding: [[1, 2]] }),
      sample([1, 6, 1], [2, 1, 2], { strides: [3], kernelDilation: [2] }),
      sample([1, 4, 2], [3, 2, 1], { inputDilation: [3], padding: [[2, 1]] }),
      sample([1, 7, 1], [2, 1, 1], { padding: [[-2, -1]] }),
      sample([1, 6, 1], [2, 1, 1], { padding: [[-1, 3]], strides: [2], inputDilation: [2], kernelDilation: [3] }),
      sample([2, 5, 4], [3, 4, 2]),
      sample([2, 5, 4], [2, 2, 6], { groups: 2, padding: [[1, 0]] }),
      sample([1, 4, 3], [2, 1, 6], { groups: 3, strides: [2] }),
      sample([2, 5, 4, 2], [3, 2, 2, 3]),
      sample([1, 5, 6, 2], [3, 3, 2, 2], {
        strides: [2, 1],
        padding: [
          [1, 1],
          [0, 2],
        ],
      }),
      sample([1, 3, 3, 4], [2, 2, 2, 4], {
        groups: 2,
        inputDilation: [2, 1],
        kernelDilation: [1, 2],
        padding: [
          [1, 1],
          [2, 0],
        ],
      }),
      sample([1, 3, 4, 3, 1], [2, 2, 2, 1, 2], { strides: [1, 2, 1] }),
      sample([1, 2, 1], [3, 1, 2]),
      sample([0, 4, 2], [2, 2, 3]),
      sample([1, 1, 1, 5], [1, 1, 5, 17]),
    ],
  },
]
