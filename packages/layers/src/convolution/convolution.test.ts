import { cpu } from '@gradus/backend-cpu'
import { initLayer, input, Rng, statelessCall } from '@gradus/core'
import { ones, randomKey, randomNormal, type Tensor, transpose, useBackend } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { L2 } from '../regularizers/l2.ts'
import { Conv1D } from './conv1d.ts'
import { Conv1DTranspose } from './conv1d-transpose.ts'
import { Conv2DTranspose } from './conv2d-transpose.ts'
import { Conv3D } from './conv3d.ts'
import { Conv3DTranspose } from './conv3d-transpose.ts'
import { DepthwiseConv1D } from './depthwise-conv1d.ts'
import { DepthwiseConv2D } from './depthwise-conv2d.ts'
import { SeparableConv1D } from './separable-conv1d.ts'
import { SeparableConv2D } from './separable-conv2d.ts'

await useBackend(cpu())

testLayer(Conv1D, {
  config: { filters: 4, kernelSize: 2, padding: 'causal', dilationRate: 2, groups: 2, activation: 'tanh' },
  inputShape: [2, 5, 2],
  expectedOutputShape: [2, 5, 4],
  expectedParams: 2 * 1 * 4 + 4,
  supportsMasking: false,
  invalidInputShape: [2, 5],
})
testLayer(Conv3D, {
  config: { filters: 2, kernelSize: [1, 2, 2], strides: [1, 2, 1], padding: 'same', dataFormat: 'channelsFirst' },
  inputShape: [2, 1, 2, 3, 2],
  expectedOutputShape: [2, 2, 2, 2, 2],
  expectedParams: 4 * 2 + 2,
  supportsMasking: false,
  invalidInputShape: [2, 5, 4, 3],
})
testLayer(Conv1DTranspose, {
  config: { filters: 2, kernelSize: 3, strides: 2, outputPadding: 1 },
  inputShape: [2, 3, 1],
  expectedOutputShape: [2, 8, 2],
  expectedParams: 3 * 2 + 2,
  supportsMasking: false,
  invalidInputShape: [2, 3],
})
testLayer(Conv2DTranspose, {
  config: { filters: 2, kernelSize: [3, 2], strides: 2, padding: 'same', useBias: false, dataFormat: 'channelsFirst' },
  inputShape: [2, 1, 2, 2],
  expectedOutputShape: [2, 2, 4, 4],
  expectedParams: 12,
  invalidInputShape: [2, 3, 2],
})
testLayer(Conv3DTranspose, {
  config: { filters: 1, kernelSize: 2, activation: 'tanh' },
  inputShape: [2, 1, 2, 2, 2],
  expectedOutputShape: [2, 2, 3, 3, 1],
  expectedParams: 17,
  invalidInputShape: [2, 3, 2, 1],
})
testLayer(DepthwiseConv1D, {
  config: { kernelSize: 2, depthMultiplier: 2, padding: 'same', strides: 2 },
  inputShape: [2, 5, 2],
  expectedOutputShape: [2, 3, 4],
  expectedParams: 8 + 4,
  supportsMasking: false,
  invalidInputShape: [2, 5],
})
testLayer(DepthwiseConv2D, {
  config: { kernelSize: 2, dilationRate: [1, 2], useBias: false, dataFormat: 'channelsFirst' },
  inputShape: [2, 2, 3, 4],
  expectedOutputShape: [2, 2, 2, 2],
  expectedParams: 8,
  invalidInputShape: [2, 5, 2],
})
testLayer(SeparableConv1D, {
  config: { filters: 3, kernelSize: 2, depthMultiplier: 2, activation: 'tanh' },
  inputShape: [2, 4, 2],
  expectedOutputShape: [2, 3, 3],
  expectedParams: 8 + 12 + 3,
  supportsMasking: false,
  invalidInputShape: [2, 5],
})
testLayer(SeparableConv2D, {
  config: { filters: 2, kernelSize: 2, padding: 'same', strides: 2, useBias: false },
  inputShape: [2, 3, 3, 2],
  expectedOutputShape: [2, 2, 2, 2],
  expectedParams: 8 + 4,
  invalidInputShape: [2, 5, 2],
})

describe('convolutions', () => {
  const images = randomNormal(randomKey(1), [2, 6, 5, 3])
  const options = { kernelSize: [3, 2], strides: 2, padding: 'same', activation: 'softplus' } as const

  it.each([
    [
      'Conv2DTranspose',
      (dataFormat: 'channelsFirst' | 'channelsLast') => new Conv2DTranspose({ ...options, filters: 2, dataFormat }),
    ],
    [
      'DepthwiseConv2D',
      (dataFormat: 'channelsFirst' | 'channelsLast') => new DepthwiseConv2D({ ...options, dataFormat }),
    ],
    [
      'SeparableConv2D',
      (dataFormat: 'channelsFirst' | 'channelsLast') => new SeparableConv2D({ ...options, filters: 2, dataFormat }),
    ],
  ])('%s gives the same in either data format', (_, make) => {
    const last = make('channelsLast')
    const variables = initLayer(last, images.shape, new Rng(5))
    const run = (layer: typeof last, x: Tensor) => statelessCall(layer, variables, x).outputs as Tensor
    const first = run(make('channelsFirst'), transpose(images, [0, 3, 1, 2]))
    expect(transpose(first, [0, 2, 3, 1]).array()).toEqual(run(last, images).array())
  })

  it('infer shapes with unknown dimensions', () => {
    const frames = input({ shape: [null, 4] })
    expect(new Conv1D({ filters: 2, kernelSize: 3, padding: 'causal' }).call(frames).sizes[1]).toBe(frames.sizes[1])
    expect(new Conv1DTranspose({ filters: 2, kernelSize: 3, strides: 2 }).call(frames).shape).toEqual([null, null, 2])
    expect(new SeparableConv2D({ filters: 2, kernelSize: 3 }).call(input({ shape: [null, 8, 1] })).shape).toEqual([
      null,
      null,
      6,
      2,
    ])
  })

  it('penalize and constrain the parameters that the options name', () => {
    const penalty = new L2({ l2: 0.5 })
    const depthwise = new DepthwiseConv2D({
      kernelSize: 2,
      depthwiseRegularizer: penalty,
      depthwiseConstraint: 'nonNeg',
    })
    expect(depthwise.regularizerOf('kernel')).toBe(penalty)
    expect(depthwise.constraintOf('kernel')?.type).toBe('NonNeg')
    expect(depthwise.regularizerOf('bias')).toBeUndefined()
    const separable = new SeparableConv1D({ filters: 1, kernelSize: 2, pointwiseRegularizer: penalty })
    expect(separable.regularizerOf('pointwiseKernel')).toBe(penalty)
    expect(separable.regularizerOf('depthwiseKernel')).toBeUndefined()
  })

  it('refuse invalid options', () => {
    expect(() => new Conv1DTranspose({ filters: 2, kernelSize: 3, strides: 2, outputPadding: 2 })).toThrow(
      "Conv1DTranspose: 'outputPadding' is [2] and 'strides' is [2]; the padding of each axis must be smaller than its stride.",
    )
    expect(() => new Conv2DTranspose({ filters: 2, kernelSize: 3, strides: 2, outputPadding: [0, 0, 0] })).toThrow(
      "Conv2DTranspose: 'outputPadding' must be a whole number from 0 or a list of 2 of them and is [0,0,0].",
    )
    expect(() => new Conv3DTranspose({ filters: 2, kernelSize: 3, strides: 2, dilationRate: 2 })).toThrow(
      'one of them must be 1',
    )
    expect(() => new Conv1D({ filters: 2, kernelSize: 3, padding: 'full' as never })).toThrow(
      'Conv1D: \'padding\' must be one of "valid", "same", "causal" and is "full".',
    )
    expect(() => new DepthwiseConv2D({ kernelSize: [1, 2, 3] })).toThrow("DepthwiseConv2D: 'kernelSize' must be")
    expect(() => new DepthwiseConv1D({ kernelSize: 1, filters: 2 } as never)).toThrow("has no option 'filters'")
  })

  it('refuse inputs of the wrong shape', () => {
    const layer = new SeparableConv1D({ filters: 2, kernelSize: 2, name: 'words' })
    layer.call(ones([1, 4, 2]))
    expect(() => layer.call(ones([1, 4, 3]))).toThrow(
      "SeparableConv1D 'words' expects sequences of 2 channels on axis 2 and got [1, 4, 3].",
    )
    expect(() => new Conv3D({ filters: 2, kernelSize: 2 }).call(ones([1, 4, 4, 4]))).toThrow(
      'expects volumes of shape [batch, depth, height, width, channels] and got [1, 4, 4, 4]. Volumes of single numbers need an axis',
    )
  })
})
