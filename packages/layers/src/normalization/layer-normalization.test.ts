import { cpu } from '@gradus/backend-cpu'
import { Rng } from '@gradus/core'
import { randomKey, randomNormal, tensor, useBackend } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { LayerNormalization } from './layer-normalization.ts'

await useBackend(cpu())

testLayer(LayerNormalization, {
  inputShape: [3, 4],
  expectedOutputShape: [3, 4],
  expectedParams: 8,
  supportsMasking: true,
})
testLayer(LayerNormalization, { config: { axis: [1, -1], scale: false }, inputShape: [2, 3, 2], expectedParams: 6 })
testLayer(LayerNormalization, { config: { rmsScaling: true }, inputShape: [2, 3], expectedParams: 3 })

describe('LayerNormalization', () => {
  it('gives mean 0 and variance 1 over its axes', () => {
    const x = randomNormal(randomKey(4), [2, 3, 5], { mean: 7, stddev: 3 })
    const layer = new LayerNormalization({ axis: [1, 2], epsilon: 1e-9 })
    const values = [...layer.call(x).dataSync()]
    for (const sample of [values.slice(0, 15), values.slice(15)]) {
      const mean = sample.reduce((a, b) => a + b, 0) / 15
      expect(mean).toBeCloseTo(0, 5)
      expect(sample.reduce((a, b) => a + (b - mean) ** 2, 0) / 15).toBeCloseTo(1, 5)
    }
  })

  it('divides by the standard deviation alone with rmsScaling, as Keras does', () => {
    const layer = new LayerNormalization({ rmsScaling: true, epsilon: 0 })
    expect(layer.call(tensor([[1, 3]])).array()).toEqual([[1, 3]])
  })

  it('refuses axes that do not exist', () => {
    expect(() => new LayerNormalization({ axis: 2 }).init(new Rng(1), [2, 3])).toThrow(
      'LayerNormalization: axis 2 does not exist',
    )
  })
})
