import type { Op, OpSamples } from '../op.ts'
import { gather } from '../ops/indexing.ts'
import { scatterAdd } from '../ops/scatter.ts'

const rows = { shape: [4, 3], low: -2, high: 2 } as const
const outside = [3, 0, 3, -1, 4, 1]
const outsideUnsigned = [3, 0, 3, 4294967295, 4, 1]

export const indexingSamples: readonly OpSamples[] = [
  {
    op: gather.op as Op,
    samples: [
      { inputs: [rows, { shape: [3], dtype: 'int32', values: [2, 0, 2] }], params: { axis: 0 } },
      { inputs: [rows, { shape: [2, 3], dtype: 'int32', values: outside }], params: { axis: 0 } },
      { inputs: [rows, { shape: [2, 3], dtype: 'uint32', values: outsideUnsigned }], params: { axis: 0 } },
      {
        inputs: [rows, { shape: [2, 3], dtype: 'int32', values: outside }],
        params: { axis: 0, outside: Number.NaN },
        forwardOnly: 'the result is NaN',
      },
      { inputs: [rows, { shape: [], dtype: 'int32', values: [1] }], params: { axis: 1 } },
      { inputs: [{ shape: [2, 3, 2] }, { shape: [4], dtype: 'int32', values: [2, 2, 3, 0] }], params: { axis: 1 } },
      { inputs: [rows, { shape: [0], dtype: 'int32' }], params: { axis: 0 } },
      { inputs: [{ shape: [0, 2] }, { shape: [2], dtype: 'int32', values: [0, 1] }], params: { axis: 0 } },
      {
        inputs: [
          { shape: [3], dtype: 'bool', values: [1, 0, 1] },
          { shape: [3], dtype: 'int32', values: [2, 1, 7] },
        ],
        params: { axis: 0 },
      },
    ],
  },
  {
    op: scatterAdd.op as Op,
    samples: [
      { inputs: [rows, { shape: [3], dtype: 'int32', values: [2, 0, 2] }, { shape: [3, 3] }], params: { axis: 0 } },
      { inputs: [rows, { shape: [2, 3], dtype: 'int32', values: outside }, { shape: [2, 3, 3] }], params: { axis: 0 } },
      {
        inputs: [rows, { shape: [2, 3], dtype: 'uint32', values: outsideUnsigned }, { shape: [2, 3, 3] }],
        params: { axis: 0 },
      },
      { inputs: [rows, { shape: [], dtype: 'int32', values: [1] }, { shape: [4] }], params: { axis: 1 } },
      {
        inputs: [{ shape: [2, 3, 2] }, { shape: [4], dtype: 'int32', values: [2, 2, 3, 0] }, { shape: [2, 4, 2] }],
        params: { axis: 1 },
      },
      { inputs: [rows, { shape: [0], dtype: 'int32' }, { shape: [0, 3] }], params: { axis: 0 } },
      {
        inputs: [
          { shape: [3], dtype: 'int32' },
          { shape: [4], dtype: 'int32', values: [1, 1, 1, 0] },
          { shape: [4], dtype: 'int32' },
        ],
        params: { axis: 0 },
      },
    ],
  },
]
