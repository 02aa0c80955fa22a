import { cpu } from '@gradus/backend-cpu'
import { listVariables, Rng, statelessCall } from '@gradus/core'
import { randomKey, randomNormal, type Tensor, tensor, transpose, useBackend } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import type { KernelParams } from '../kernel-layer.ts'
import { Conv2D } from './conv2d.ts'

await useBackend(cpu())

testLayer(Conv2D, {
  config: { filters: 4, kernelSize: 3, padding: 'same', strides: 2, activation: 'tanh', groups: 2 },
  inputShape: [2, 5, 4, 2],
  expectedOutputShape: [2, 3, 2, 4],
  expectedParams: 3 * 3 * 1 * 4 + 4,
  supportsMasking: false,
  invalidInputShape: [2, 5, 4],
})
testLayer(Conv2D, {
  config: { filters: 2, kernelSize: [1, 2], dilationRate: [1, 2], useBias: false, dataFormat: 'channelsFirst' },
  inputShape: [2, 3, 4, 5],
  expectedOutputShape: [2, 2, 4, 3],
  expectedParams: 12,
})

const call = (layer: Conv2D, params: KernelParams, x: Tensor) =>
  statelessCall(layer, { params: { '': params }, state: {} }, x).outputs as Tensor

describe('Conv2D', () => {
  it('gives the same in either data format', () => {
    const x = randomNormal(randomKey(1), [2, 6, 5, 3])
    const options = {
      filters: 2,
      kernelSize: [3, 2],
      padding: 'same',
      strides: [2, 1],
      biasInitializer: 'ones',
      activation: 'softplus',
    } as const
    const last = new Conv2D(options)
    const first = new Conv2D({ ...options, dataFormat: 'channelsFirst' })
    const params = last.init(new Rng(5), x.shape)
    const expected = call(last, params, x)
    const actual = call(first, params, transpose(x, [0, 3, 1, 2]))
    expect(transpose(actual, [0, 2, 3, 1]).array()).toEqual(expected.array())
  })

  it('adds the low-rank product to the frozen kernel', () => {
    const layer = new Conv2D({ filters: 2, kernelSize: 1, loraRank: 1, useBias: false })
    const params = { kernel: tensor([[[[1, 2]]]]), loraKernelA: tensor([[[[3]]]]), loraKernelB: tensor([[10, 100]]) }
    expect(call(layer, params, tensor([[[[2]]]])).array()).toEqual([[[[62, 604]]]])
  })

  it('adapts a kernel that was trained', () => {
    const layer = new Conv2D({ filters: 2, kernelSize: 2, name: 'edges' })
    expect(() => layer.enableLora(1)).toThrow("Conv2D 'edges' has no weights yet.")
    const x = randomNormal(randomKey(1), [1, 3, 3, 2])
    const before = layer.call(x).array()
    layer.enableLora(2, { alpha: 1 })
    expect(layer.call(x).array()).toEqual(before)
    expect(listVariables(layer).map(({ key, value }) => [key, value.shape])).toEqual([
      ['kernel', [2, 2, 2, 2]],
      ['bias', [2]],
      ['loraKernelA', [2, 2, 2, 2]],
      ['loraKernelB', [2, 2]],
    ])
    expect(layer.toSpec()).toMatchObject({ loraRank: 2, loraAlpha: 1 })
    expect(() => layer.enableLora(1)).toThrow("Conv2D 'edges' has an adaptation of rank 2 already")
    const constrained = new Conv2D({ filters: 2, kernelSize: 2, kernelConstraint: 'nonNeg' })
    constrained.call(x)
    expect(() => constrained.enableLora(1)).toThrow('A frozen parameter cannot be constrained')
    expect(() => constrained.enableLora(0.5)).toThrow('must be a positive whole number and is 0.5')
  })

  it('refuses invalid options', () => {
    expect(() => new Conv2D({ filters: 3, kernelSize: 2, groups: 2 })).toThrow(
      "Conv2D: 'filters' is 3 and 'groups' is 2; the groups must divide the filters evenly.",
    )
    expect(() => new Conv2D({ filters: 3, kernelSize: [2, 0] })).toThrow(
      "Conv2D: 'kernelSize' must be an integer or a list of numbers at least 1 and is [2,0].",
    )
    expect(() => new Conv2D({ filters: 3, kernelSize: [2, 2, 2] })).toThrow(
      "Conv2D: 'kernelSize' must be a positive whole number or a list of 2 of them and is [2,2,2].",
    )
    expect(() => new Conv2D({ filters: 3 } as never)).toThrow("Conv2D needs the option 'kernelSize'")
    expect(() => new Conv2D({ filters: 3, kernelSize: 2, strides: 2, dilationRate: 2 })).toThrow(
      'one of them must be 1',
    )
    expect(() => new Conv2D({ filters: 3, kernelSize: 2, padding: 'causal' as never })).toThrow(
      'Conv2D: \'padding\' must be one of "valid", "same" and is "causal".',
    )
  })

  it('refuses images of the wrong shape', () => {
    const layer = new Conv2D({ filters: 4, kernelSize: 2, groups: 2, name: 'edges' })
    expect(() => layer.init(new Rng(1), [1, 4, 4, 3])).toThrow(
      "Conv2D 'edges' expects a number of channels that 2 groups divide and got [1, 4, 4, 3].",
    )
    const params = layer.init(new Rng(5), [1, 4, 4, 2])
    expect(() => call(layer, params, randomNormal(randomKey(1), [1, 4, 4, 4]))).toThrow(
      "Conv2D 'edges' expects images of 2 channels on axis 3 and got [1, 4, 4, 4].",
    )
  })
})
