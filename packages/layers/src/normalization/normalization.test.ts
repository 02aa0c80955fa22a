import { cpu } from '@gradus/backend-cpu'
import { input, readVariables } from '@gradus/core'
import { compile } from '@gradus/graph'
import { type Tensor, tensor, useBackend, zeros } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { Dense } from '../core/dense.ts'
import { Embedding } from '../core/embedding.ts'
import { Flatten } from '../reshaping/flatten.ts'
import { BatchNormalization } from './batch-normalization.ts'
import { GroupNormalization } from './group-normalization.ts'
import { LayerNormalization } from './layer-normalization.ts'
import { RMSNormalization } from './rms-normalization.ts'
import { SpectralNormalization } from './spectral-normalization.ts'
import { UnitNormalization } from './unit-normalization.ts'

await useBackend(cpu())

testLayer(GroupNormalization, {
  config: { groups: 2, axis: 1 },
  inputShape: [2, 4, 3],
  expectedOutputShape: [2, 4, 3],
  expectedParams: 8,
  supportsMasking: true,
  invalidInputShape: [2, 3, 4],
})
testLayer(GroupNormalization, { config: { groups: -1, scale: false }, inputShape: [2, 4, 3], expectedParams: 3 })
testLayer(RMSNormalization, {
  config: { axis: [1, 2], epsilon: 0.1 },
  inputShape: [2, 4, 3],
  expectedParams: 12,
  supportsMasking: false,
})
testLayer(UnitNormalization, {
  config: { axis: [1, 2] },
  inputShape: [2, 4, 3],
  expectedParams: 0,
  supportsMasking: true,
})
testLayer(() => new SpectralNormalization({ layer: new Dense({ units: 3 }), powerIterations: 3 }), {
  inputShape: [2, 4],
  expectedOutputShape: [2, 3],
  expectedParams: 15,
  expectedState: 3,
  skip: { 'gradients agree with finite differences': 'the singular vectors are constants in the derivative' },
})

const numbers = (x: Tensor) => [...x.dataSync()]

describe('GroupNormalization', () => {
  it('normalizes each channel with groups of one', () => {
    const layer = new GroupNormalization({ groups: -1, epsilon: 0 })
    const x = tensor([
      [
        [1, 10],
        [3, 50],
      ],
    ])
    expect(layer.call(x).array()).toEqual([
      [
        [-1, -1],
        [1, 1],
      ],
    ])
    expect(layer.call(input({ shape: [null, 2] })).shape).toEqual([null, null, 2])
  })

  it('refuses groups and axes that do not fit', () => {
    expect(() => new GroupNormalization({ groups: 0 })).toThrow(
      "GroupNormalization: 'groups' must be a positive whole number",
    )
    expect(() => new GroupNormalization().call(zeros([2, 6]))).toThrow(
      'GroupNormalization has 32 groups, which do not divide the 6 channels of its input [2, 6].',
    )
    expect(() => new GroupNormalization({ axis: 0 }).call(zeros([32, 6]))).toThrow(
      'axis 0 of its input [32, 6] is the batch',
    )
  })
})

describe('LayerNormalization', () => {
  it('orders the dimensions of its parameters by axis', () => {
    const layer = new LayerNormalization({ axis: [2, 1] })
    layer.call(zeros([2, 3, 4]))
    expect((readVariables(layer).params[''] as { gamma: Tensor }).gamma.shape).toEqual([3, 4])
  })
})

describe('BatchNormalization', () => {
  it('ignores masked values that are not finite', () => {
    const x = tensor([
      [[1], [Number.NaN]],
      [[3], [Number.POSITIVE_INFINITY]],
    ])
    const mask = tensor([
      [true, false],
      [true, false],
    ])
    const layer = new BatchNormalization({ momentum: 0 })
    layer.call(x, { training: true, mask })
    expect(numbers((readVariables(layer).state[''] as { movingMean: Tensor }).movingMean)).toEqual([
      expect.closeTo(2, 5),
    ])
  })
})

describe('SpectralNormalization', () => {
  const kernel = () => new Dense({ units: 2, useBias: false, kernelInitializer: 'glorotUniform' })

  it('divides by the largest singular value', () => {
    const layer = new SpectralNormalization({ layer: kernel(), powerIterations: 50 })
    layer.call(zeros([1, 3]), { training: true })
    const [a, b, c, d, e, f] = numbers((readVariables(layer).params['layer'] as { kernel: Tensor }).kernel) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    // the largest eigenvalue of the 2 x 2 matrix of products
    const [p, q, r] = [a * a + c * c + e * e, a * b + c * d + e * f, b * b + d * d + f * f]
    expect((p + r) / 2 + Math.sqrt(((p - r) / 2) ** 2 + q * q)).toBeCloseTo(1, 5)
  })

  it('leaves the kernel as it is in inference and within compiled functions', () => {
    const layer = new SpectralNormalization({ layer: kernel() })
    const x = tensor([[1, 2, 3]])
    layer.call(x)
    const kept = () => numbers((readVariables(layer).params['layer'] as { kernel: Tensor }).kernel)
    const before = kept()
    layer.call(x)
    compile((given: Tensor) => layer.call(given))(x)
    expect(kept()).toEqual(before)
    layer.call(x, { training: true })
    expect(kept()).not.toEqual(before)
  })

  it('leaves a kernel of zeros as it is', () => {
    const layer = new SpectralNormalization({ layer: new Dense({ units: 2, kernelInitializer: 'zeros' }) })
    expect(layer.call(tensor([[1, 2]]), { training: true }).array()).toEqual([[0, 0]])
  })

  it('takes an Embedding, and refuses layers without a kernel', () => {
    const table = new Embedding({ inputDim: 3, outputDim: 2 })
    const indices = tensor([[0, 2]], { dtype: 'int32' })
    expect(new SpectralNormalization({ layer: table }).call(indices, { training: true }).shape).toEqual([1, 2, 2])
    expect(() => new SpectralNormalization({ layer: new Flatten() }).call(zeros([2, 3]))).toThrow(
      "SpectralNormalization: 'layer' is the layer Flatten, which has no kernel and no embeddings.",
    )
  })
})
