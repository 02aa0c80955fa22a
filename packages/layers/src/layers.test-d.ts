import { Registry } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import { describe, expectTypeOf, it } from 'vitest'
import {
  type ActivationLike,
  type ActivationName,
  activations,
  BatchNormalization,
  type ConstraintLike,
  Conv2D,
  Dense,
  Embedding,
  Flatten,
  type InitializerLike,
  L2,
  LSTM,
  layers,
  type RegularizerName,
  Relu,
  resolveActivation,
} from './index.ts'

describe('names', () => {
  it('complete to what exists', () => {
    expectTypeOf<'leakyRelu' | 'relu' | 'swish' | 'softmax'>().toExtend<ActivationName>()
    expectTypeOf<'threshold'>().not.toExtend<ActivationName>()
    expectTypeOf<'leaky_relu'>().not.toExtend<ActivationName>()
    expectTypeOf<RegularizerName>().toEqualTypeOf<'l1' | 'l2' | 'l1l2' | 'orthogonalRegularizer'>()
    expectTypeOf<'heNormal' | 'uniform'>().toExtend<InitializerLike>()
    expectTypeOf<'maxNorm'>().toExtend<ConstraintLike>()
    expectTypeOf<(x: Tensor) => Tensor>().toExtend<ActivationLike>()
  })

  it('do not compile when misspelt', () => {
    // @ts-expect-error
    new Dense({ units: 1, activation: 'rellu' })
    // @ts-expect-error
    new Dense({ units: 1, kernelInitializer: 'glorot' })
    // @ts-expect-error
    new LSTM({ units: 1, recurrentRegularizer: 'l3' })
    // @ts-expect-error
    resolveActivation('threshold')
    // @ts-expect-error
    new Conv2D({ filters: 1, kernelSize: 3, padding: 'causal' })
  })
})

describe('configs', () => {
  it('need what Keras needs', () => {
    new Flatten()
    new BatchNormalization({ momentum: 0.9, name: 'normal', trainable: false })
    // @ts-expect-error
    new Dense()
    // @ts-expect-error
    new Dense({ activation: 'relu' })
    // @ts-expect-error
    new Embedding({ inputDim: 3 })
    // @ts-expect-error
    new Dense({ units: 1, unit: 2 })
    // @ts-expect-error
    new Dense({ units: '1' })
  })

  it('are what the instance carries', () => {
    const { config } = new Dense({ units: 3, activation: new Relu(), kernelRegularizer: new L2() })
    expectTypeOf(config.units).toEqualTypeOf<number>()
    expectTypeOf(config.name).toEqualTypeOf<string | undefined>()
  })
})

describe('a registry of everything here', () => {
  const registry = new Registry([...layers, ...Object.values(activations)])

  it('creates what a spec names', () => {
    expectTypeOf(registry.create({ layer: 'Dense', units: 3 })).toEqualTypeOf<Dense>()
    expectTypeOf(registry.create({ activation: 'relu', maxValue: 6 })).toEqualTypeOf<Relu>()
  })

  it('does not compile with a name or an option that does not exist', () => {
    // @ts-expect-error
    registry.create({ layer: 'Dence', units: 3 })
    // @ts-expect-error
    registry.create({ layer: 'Dense', units: '3' })
  })
})
