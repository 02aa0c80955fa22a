import { cpu } from '@gradus/backend-cpu'
import { input, Registry, specOf } from '@gradus/core'
import { useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import {
  activations,
  Conv2D,
  constraints,
  Dense,
  Flatten,
  initializers,
  L2,
  LSTM,
  layers,
  MaxPooling2D,
  regularizers,
} from './index.ts'

await useBackend(cpu())

const everything = [
  ...layers,
  ...Object.values(activations),
  ...Object.values(initializers),
  ...Object.values(regularizers),
  ...Object.values(constraints),
]
const registry = new Registry<(typeof everything)[number]>(everything)

describe('a registry of everything here', () => {
  it("finds layers by Keras's names", () => {
    expect(registry.names('layer')).toContain('BatchNormalization')
    expect(registry.find('layer', 'max_pooling2d')).toBe(MaxPooling2D)
    expect(registry.find('layer', 'MaxPool2D')).toBe(MaxPooling2D)
  })

  it('saves and builds a layer with what is nested in it', () => {
    const layer = new LSTM({
      units: 2,
      activation: 'softsign',
      kernelRegularizer: new L2({ l2: 0.5 }),
      recurrentConstraint: 'unitNorm',
      inputShape: [null, 3],
    })
    const spec = JSON.parse(JSON.stringify(specOf(layer))) as object
    expect(spec).toEqual({
      layer: 'LSTM',
      units: 2,
      activation: 'softsign',
      kernelRegularizer: { regularizer: 'L2', l2: 0.5 },
      recurrentConstraint: { constraint: 'UnitNorm' },
      inputShape: [null, 3],
    })
    const again = registry.parse('layer', spec) as LSTM
    expect(again.config.kernelRegularizer).toBeInstanceOf(L2)
    expect(again).toBeInstanceOf(LSTM)
  })

  it('refuses to save a function', () => {
    expect(() => specOf(new Dense({ units: 1, activation: (x) => x }))).toThrow('Dense.activation is a function')
  })
})

describe('symbolic calls', () => {
  it('infer shapes, unknown dimensions included', () => {
    const image = input({ shape: [null, 28, 1] })
    const features = new Conv2D({ filters: 4, kernelSize: 3 }).call(image)
    expect(features.shape).toEqual([null, null, 26, 4])
    expect(new MaxPooling2D().call(features).shape).toEqual([null, null, 13, 4])
    const words = input({ shape: [null, 8] })
    expect(new LSTM({ units: 5, returnSequences: true }).call(words).shape).toEqual([null, null, 5])
    expect(new LSTM({ units: 5, returnState: true }).callAll(words).map(({ shape }) => shape)).toEqual([
      [null, 5],
      [null, 5],
      [null, 5],
    ])
    expect(new Dense({ units: 3 }).call(new Flatten().call(input({ shape: [2, 4] }))).shape).toEqual([null, 3])
  })
})
