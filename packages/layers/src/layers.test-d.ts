import { type Activation, Registry, type Regularizer } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import { describe, expectTypeOf, it } from 'vitest'
import {
  activations,
  BatchNormalization,
  Bidirectional,
  Conv2D,
  Dense,
  type DenseConfig,
  Embedding,
  Flatten,
  GRU,
  LSTM,
  layers,
  MultiHeadAttention,
  RNN,
  regularizers,
  TimeDistributed,
} from './index.ts'

type ActivationOption = NonNullable<DenseConfig['activation']>

describe('names', () => {
  it('are those of existing definitions', () => {
    expectTypeOf<'leakyRelu' | 'relu' | 'swish' | 'softmax'>().toExtend<ActivationOption>()
    expectTypeOf<'threshold'>().not.toExtend<ActivationOption>()
    expectTypeOf<'leaky_relu'>().not.toExtend<ActivationOption>()
    expectTypeOf<'L1' | 'l1' | 'L1L2' | 'l1l2' | 'OrthogonalRegularizer' | 'orthogonalRegularizer'>().toExtend<
      DenseConfig['kernelRegularizer']
    >()
    expectTypeOf<'L3'>().not.toExtend<DenseConfig['kernelRegularizer']>()
    expectTypeOf<'heNormal' | 'uniform'>().toExtend<DenseConfig['kernelInitializer']>()
    expectTypeOf<'maxNorm'>().toExtend<DenseConfig['kernelConstraint']>()
    expectTypeOf<(x: Tensor) => Tensor>().toExtend<ActivationOption>()
    expectTypeOf<typeof activations.relu>().toExtend<ActivationOption>()
  })

  it('may be replaced by functions, whose argument is inferred to be a tensor', () => {
    new Dense({
      units: 1,
      activation: (x) => {
        expectTypeOf(x).toEqualTypeOf<Tensor>()
        return x
      },
    })
    new Dense({ units: 1, activation: activations.leakyRelu.with({ negativeSlope: 0.1 }) })
    // @ts-expect-error
    activations.leakyRelu.with({ slope: 0.1 })
    // @ts-expect-error its options are required
    activations.threshold.with({})
  })

  it('do not compile when misspelt', () => {
    // @ts-expect-error
    new Dense({ units: 1, activation: 'rellu' })
    // @ts-expect-error
    new Dense({ units: 1, kernelInitializer: 'glorot' })
    // @ts-expect-error
    new LSTM({ units: 1, recurrentRegularizer: 'l3' })
    // @ts-expect-error it needs options
    new Dense({ units: 1, activation: 'threshold' })
    // @ts-expect-error
    new GRU({ units: 1, activityRegularizer: 'l3' })
    // @ts-expect-error
    new Conv2D({ filters: 1, kernelSize: 3, padding: 'causal' })
  })
})

describe('configs', () => {
  it('have the required options of Keras', () => {
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
    // @ts-expect-error
    new RNN({})
    // @ts-expect-error a layer, not its name
    new TimeDistributed({ layer: 'Dense' })
    // @ts-expect-error
    new Bidirectional({ layer: new LSTM({ units: 1 }), mergeMode: 'max' })
    new Bidirectional({ layer: new LSTM({ units: 1 }), mergeMode: null })
  })

  it('are properties of the instance', () => {
    const { config } = new Dense({ units: 3, activation: activations.relu, kernelRegularizer: new regularizers.L2() })
    expectTypeOf(config.units).toEqualTypeOf<number>()
    expectTypeOf(config.name).toEqualTypeOf<string | null | undefined>()
  })

  it('are complete in `options`: defaults filled in, names replaced', () => {
    const { options } = new Dense({ units: 3 })
    expectTypeOf(options.units).toEqualTypeOf<number>()
    expectTypeOf(options.useBias).toEqualTypeOf<boolean>()
    expectTypeOf(options.activation).toBeCallableWith({} as Tensor)
    expectTypeOf(options.kernelRegularizer).toEqualTypeOf<Regularizer | undefined>()
  })
})

describe('calls', () => {
  it('take the options of the layer', () => {
    const x = {} as Tensor
    const lstm = new LSTM({ units: 1 })
    lstm.call(x, { initialState: [x, x], training: true, mask: x })
    expectTypeOf(lstm.call(x)).toEqualTypeOf<Tensor>()
    expectTypeOf(lstm.callAll(x)).toEqualTypeOf<Tensor[]>()
    new MultiHeadAttention({ numHeads: 1, keyDim: 2 }).callAll([x, x], { useCausalMask: true })
    // @ts-expect-error
    lstm.call(x, { initialStates: [x, x] })
    // @ts-expect-error an option of another layer
    lstm.call(x, { useCausalMask: true })
  })
})

describe('a registry of all definitions of the package', () => {
  const registry = new Registry([...Object.values(layers), ...Object.values(activations)])

  it('creates the class that a spec names', () => {
    expectTypeOf(registry.create({ layer: 'Dense', units: 3 })).toEqualTypeOf<Dense>()
    expectTypeOf(registry.create({ activation: 'relu', maxValue: 6 })).toExtend<Activation>()
  })

  it('does not compile with a name or an option that does not exist', () => {
    // @ts-expect-error
    registry.create({ layer: 'Dence', units: 3 })
    // @ts-expect-error
    registry.create({ layer: 'Dense', units: '3' })
  })
})
