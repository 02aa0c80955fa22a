import { cpu } from '@gradus/backend-cpu'
import { initLayer, type Layer, Rng, statelessCall } from '@gradus/core'
import { cast, type Tensor, tensor, treeLeaves, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import {
  Activation,
  BatchNormalization,
  Bidirectional,
  Conv2D,
  Dense,
  Dropout,
  EinsumDense,
  Flatten,
  GRU,
  LayerNormalization,
  LSTM,
  MaxPooling2D,
  MultiHeadAttention,
  Reshape,
  RNN,
  SimpleRNN,
  SimpleRNNCell,
  TimeDistributed,
} from './index.ts'

await useBackend(cpu())

const matrix = tensor(
  [
    [1, 2, 3],
    [4, -5, 6],
  ],
  { dtype: 'int32' },
)
const sequence = tensor(
  [
    [
      [1, 0],
      [2, 3],
      [4, -1],
    ],
  ],
  { dtype: 'int32' },
)
const image = tensor(
  Array.from({ length: 16 }, (_, i) => i - 5),
  { shape: [1, 4, 4, 1], dtype: 'int32' },
)

const computing: [Layer, Tensor][] = [
  [new Dense({ units: 2 }), matrix],
  [new EinsumDense({ equation: 'ab,bc->ac', outputShape: 4 }), matrix],
  [new Conv2D({ filters: 2, kernelSize: 2 }), image],
  [new BatchNormalization(), matrix],
  [new LayerNormalization(), matrix],
  [new Activation({ activation: 'tanh' }), matrix],
  [new SimpleRNN({ units: 2 }), sequence],
  [new LSTM({ units: 2, returnState: true }), sequence],
  [new GRU({ units: 2, stateful: true }), sequence],
  [new RNN({ cell: [new SimpleRNNCell({ units: 2 }), new SimpleRNNCell({ units: 3 })] }), sequence],
  [new Bidirectional({ layer: new LSTM({ units: 2 }) }), sequence],
  [new TimeDistributed({ layer: new Dense({ units: 2 }) }), sequence],
  [new MultiHeadAttention({ numHeads: 2, keyDim: 2 }), sequence],
]

const moving: [Layer, Tensor][] = [
  [new Flatten(), sequence],
  [new Reshape({ targetShape: [6] }), sequence],
  [new MaxPooling2D(), image],
  [new Dropout({ rate: 0.5 }), matrix],
]

const named = (cases: [Layer, Tensor][]) => cases.map(([layer, x]) => [layer.type, layer, x] as const)

describe('integer inputs', () => {
  it.each(named(computing))('give the same results as floats in %s', (_, layer, x) => {
    for (const training of [false, true]) {
      const run = (input: Tensor) => {
        const variables = initLayer(layer, input.shape, new Rng(1), { dtypes: input.dtype })
        const { outputs, state } = statelessCall(layer, variables, input, { training, rng: new Rng(2) })
        return treeLeaves([outputs, state]).map((leaf) => [leaf.dtype, leaf.array()])
      }
      expect(run(x)).toEqual(run(cast(x, 'float32')))
    }
  })

  it.each(named(moving))('keep their dtype in %s', (_, layer, x) => {
    expect(layer.call(x).dtype).toBe('int32')
    expect(layer.call(x).array()).toEqual(layer.call(cast(x, 'float32')).array())
  })
})
