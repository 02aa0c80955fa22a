import { cpu } from '@gradus/backend-cpu'
import { input, type Layer } from '@gradus/core'
import { cast, type Tensor, tensor, useBackend, zeros } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { ELU } from './elu.ts'
import { LeakyReLU } from './leaky-relu.ts'
import { PReLU } from './prelu.ts'
import { ReLU } from './relu.ts'
import { Softmax } from './softmax.ts'

await useBackend(cpu())

const shape = { inputShape: [2, 3, 4], expectedOutputShape: [2, 3, 4], supportsMasking: true } as const

testLayer(ELU, { config: { alpha: 0.4 }, ...shape, expectedParams: 0 })
testLayer(LeakyReLU, { ...shape, expectedParams: 0 })
testLayer(ReLU, { config: { maxValue: 1, negativeSlope: 0.2, threshold: 0.3 }, ...shape, expectedParams: 0 })
testLayer(PReLU, { config: { alphaInitializer: 'ones', alphaRegularizer: 'l1' }, ...shape, expectedParams: 12 })
testLayer(PReLU, { config: { sharedAxes: [1] }, ...shape, expectedParams: 4 })
testLayer(Softmax, { ...shape, expectedParams: 0 })
testLayer(Softmax, { config: { axis: [1, 2] }, ...shape })

const values = (layer: Layer, x: Tensor, mask?: Tensor) => layer.call(x, mask ? { mask } : {}).array()

describe('LeakyReLU', () => {
  it('takes the slope under its name in Keras 2', () => {
    expect(values(new LeakyReLU({ alpha: 0.25 }), tensor([[-4, 2]]))).toEqual([[-1, 2]])
  })
})

describe('ReLU', () => {
  it('refuses negative options', () => {
    expect(() => new ReLU({ maxValue: -1 })).toThrow("ReLU: 'maxValue' must be a number at least 0 and is -1.")
    expect(() => new ReLU({ negativeSlope: -1 })).toThrow("'negativeSlope' must be a number at least 0")
    expect(() => new ReLU({ threshold: -1 })).toThrow("'threshold' must be a number at least 0")
  })
})

describe('PReLU', () => {
  it('shares slopes along axes', () => {
    const layer = new PReLU({ sharedAxes: 1, alphaInitializer: 'ones' })
    expect(layer.call(input({ shape: [null, 2] })).shape).toEqual([null, null, 2])
    expect(values(layer, tensor([[[-3, 1]]]))).toEqual([[[-3, 1]]])
    expect(() => layer.call(zeros([1, 5, 3]))).toThrow(
      'PReLU expects an input of shape [batch, ...] for the slopes [1, 2]',
    )
  })

  it('refuses axes that the input does not have', () => {
    expect(() => new PReLU({ sharedAxes: [0] }).call(zeros([2, 3]))).toThrow(
      "PReLU: 'sharedAxes' must be whole numbers from 1 to 1 for an input of shape [2, 3] and is [0]. Axis 0 is the batch.",
    )
  })
})

describe('Softmax', () => {
  const x = tensor([
    [1, 2, 1],
    [1, 2, 1],
  ])

  it('leaves out what is masked, also whole rows', () => {
    const mask = tensor([
      [true, false, true],
      [false, false, false],
    ])
    expect(values(new Softmax(), x, mask)).toEqual([
      [0.5, 0, 0.5],
      [0, 0, 0],
    ])
    expect(values(new Softmax(), x, cast(mask, 'float32'))).toEqual(values(new Softmax(), x, mask))
    expect(values(new Softmax({ axis: [0, 1] }), x, tensor([true, false, true]))).toEqual([
      [0.25, 0, 0.25],
      [0.25, 0, 0.25],
    ])
  })

  it('refuses masks and axes that do not fit', () => {
    expect(() => values(new Softmax(), x, tensor([true, false]))).toThrow(
      'Softmax expects a mask that can be broadcast to its input [2, 3] and got [2].',
    )
    expect(() => values(new Softmax({ axis: 2 }), x)).toThrow('axis 2')
  })
})
