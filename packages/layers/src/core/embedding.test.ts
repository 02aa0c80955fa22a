import { cpu } from '@gradus/backend-cpu'
import { Rng, statelessCall } from '@gradus/core'
import { type Tensor, tensor, useBackend } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { Embedding } from './embedding.ts'

await useBackend(cpu())

testLayer(Embedding, {
  config: { inputDim: 5, outputDim: 3 },
  inputShape: [2, 4],
  inputDtype: 'int32',
  expectedOutputShape: [2, 4, 3],
  expectedOutputDtype: 'float32',
  expectedParams: 15,
  supportsMasking: false,
})

describe('Embedding', () => {
  it('masks index 0 with maskZero', () => {
    const indices = tensor([[1, 0, 2]], { dtype: 'int32' })
    const layer = new Embedding({ inputDim: 3, outputDim: 2, maskZero: true })
    expect(layer.computeMask(indices)?.array()).toEqual([[true, false, true]])
    expect(layer.supportsMasking).toBe(true)
    expect(new Embedding({ inputDim: 3, outputDim: 2 }).computeMask(indices)).toBeUndefined()
  })

  it('starts with the given weights', () => {
    const layer = new Embedding({ inputDim: 2, outputDim: 1, weights: [[5], [7]] })
    expect(layer.init(new Rng(1), [1, 3]).embeddings.array()).toEqual([[5], [7]])
    expect(() => new Embedding({ inputDim: 2, outputDim: 2, weights: [[5], [7]] })).toThrow(
      "Embedding: 'weights' must be 2 rows of 2 numbers (inputDim, outputDim) and has 2 rows of 1.",
    )
  })

  it('adds the low-rank product to the frozen table', () => {
    const layer = new Embedding({ inputDim: 2, outputDim: 2, loraRank: 1, loraAlpha: 3 })
    const params = {
      embeddings: tensor([
        [1, 2],
        [3, 4],
      ]),
      loraEmbeddingsA: tensor([[1], [2]]),
      loraEmbeddingsB: tensor([[10, 100]]),
    }
    const { outputs } = statelessCall(layer, { params: { '': params }, state: {} }, tensor([0, 1], { dtype: 'int32' }))
    expect((outputs as Tensor).array()).toEqual([
      [31, 302],
      [63, 604],
    ])
  })

  it('refuses invalid sizes', () => {
    expect(() => new Embedding({ inputDim: 0, outputDim: 2 })).toThrow(
      "Embedding: 'inputDim' must be a positive whole number and is 0.",
    )
    expect(() => new Embedding({ inputDim: 2, outputDim: -1 })).toThrow("Embedding: 'outputDim'")
  })
})
