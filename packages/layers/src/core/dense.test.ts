import { cpu } from '@gradus/backend-cpu'
import { Rng, statelessCall } from '@gradus/core'
import { mul, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import type { KernelParams } from '../kernel-layer.ts'
import { L2 } from '../regularizers/l2.ts'
import { Dense } from './dense.ts'

await useBackend(cpu())

testLayer(Dense, {
  config: { units: 3, activation: 'tanh' },
  inputShape: [4, 5],
  expectedOutputShape: [4, 3],
  expectedParams: 18,
  supportsMasking: true,
  invalidInputShape: [4],
})
testLayer(Dense, {
  config: { units: 2, useBias: false },
  inputShape: [2, 3, 4],
  expectedOutputShape: [2, 3, 2],
  expectedParams: 8,
})
testLayer(Dense, {
  config: { units: 3, loraRank: 2, loraAlpha: 4 },
  inputShape: [2, 4],
  expectedParams: 12 + 3 + 8 + 6,
  skip: { 'gradients agree with finite differences': 'one parameter is held fixed' },
})

const call = (layer: Dense, params: KernelParams, x: Tensor) =>
  statelessCall(layer, { params: { '': params }, state: {} }, x).outputs as Tensor

describe('Dense', () => {
  it('refuses invalid options', () => {
    expect(() => new Dense({ units: 0 })).toThrow(
      "Dense: 'units' must be a positive whole number and is 0. Example: new Dense({ units: 8 }).",
    )
    expect(() => new Dense({ units: 2.5 })).toThrow("Dense: 'units' must be a positive whole number and is 2.5.")
    expect(() => new Dense({ unit: 2 } as never)).toThrow("Dense has no option 'unit'. Did you mean 'units'?")
    expect(() => new Dense({ units: 2, activation: 'rellu' as never })).toThrow(
      "Dense: activation: there is no activation called 'rellu'. Did you mean 'relu'?",
    )
    expect(() => new Dense({ units: 2, kernelInitializer: 'glorot' as never })).toThrow(
      'Dense: kernelInitializer: there is no initializer',
    )
    expect(() => new Dense({ units: 2, kernelRegularizer: 'l3' as never })).toThrow(
      'Dense: kernelRegularizer: there is no regularizer',
    )
    expect(() => new Dense({ units: 2, biasConstraint: 5 as never })).toThrow(
      "Dense: 'biasConstraint' must be a constraint and is 5.",
    )
    expect(() => new Dense({ units: 2, loraRank: 1, kernelConstraint: 'nonNeg' })).toThrow('cannot be constrained')
  })

  it('refuses inputs of the wrong shape', () => {
    const layer = new Dense({ units: 2, name: 'scores' })
    const params = layer.init(new Rng(1), [1, 3])
    expect(() => call(layer, params, tensor([[1, 2]]))).toThrow(
      "Dense 'scores' expects an input of shape [batch, ..., 3] and got [1, 2].",
    )
    expect(() => layer.init(new Rng(1), [3])).toThrow(
      "Dense 'scores' expects an input of shape [batch, ..., inputs] and got [3].",
    )
  })

  it('resolves the names of regularizers', () => {
    const { options } = new Dense({ units: 2, kernelRegularizer: 'l2' })
    expect(options.kernelRegularizer).toBeInstanceOf(L2)
  })

  it('penalizes the trained matrices instead of a frozen kernel', () => {
    const plain = new Dense({ units: 2, kernelRegularizer: 'l2', biasRegularizer: 'l1' })
    expect(plain.regularizerOf('kernel')).toBeInstanceOf(L2)
    const layer = new Dense({ units: 2, loraRank: 1, kernelRegularizer: 'l2', biasRegularizer: 'l1' })
    expect(layer.regularizerOf('kernel')).toBeUndefined()
    expect(layer.regularizerOf('loraKernelA')).toBe(layer.options.kernelRegularizer)
    expect(layer.regularizerOf('bias')).toBe(layer.options.biasRegularizer)
  })

  it("takes Keras's names and functions", () => {
    const layer = new Dense({
      units: 1,
      activation: 'hard_sigmoid' as never,
      kernelInitializer: 'glorot_uniform' as never,
    })
    expect(layer.config.units).toBe(1)
    const doubled = new Dense({ units: 1, activation: (x) => mul(x, 2), kernelInitializer: 'ones' })
    expect(doubled.call(tensor([[1, 2]])).array()).toEqual([[6]])
  })
})
