import { cpu } from '@gradus/backend-cpu'
import { input, layersWithin, Registry } from '@gradus/core'
import { useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import {
  activations,
  Bidirectional,
  Conv2D,
  constraints,
  Dense,
  Flatten,
  GRU,
  initializers,
  LSTM,
  LSTMCell,
  layers,
  MaxPooling2D,
  MultiHeadAttention,
  type RNN,
  regularizers,
  TimeDistributed,
} from './index.ts'

await useBackend(cpu())

const everything = [
  ...Object.values(layers),
  ...Object.values(activations),
  ...Object.values(initializers),
  ...Object.values(regularizers),
  ...Object.values(constraints),
]
const registry = new Registry<(typeof everything)[number]>(everything)

describe('a registry of all definitions of the package', () => {
  it("finds layers by Keras's names", () => {
    expect(registry.names('layer')).toContain('BatchNormalization')
    expect(registry.find('layer', 'max_pooling2d')).toBe(MaxPooling2D)
    expect(registry.find('layer', 'MaxPool2D')).toBe(MaxPooling2D)
  })

  it('saves and builds a layer with nested instances', () => {
    const layer = new LSTM({
      units: 2,
      activation: 'softsign',
      kernelRegularizer: new regularizers.L2({ l2: 0.5 }),
      recurrentConstraint: 'unitNorm',
      inputShape: [null, 3],
    })
    const spec = JSON.parse(JSON.stringify(layer.toSpec())) as object
    expect(spec).toEqual({
      layer: 'LSTM',
      units: 2,
      activation: 'softsign',
      kernelRegularizer: { regularizer: 'L2', l2: 0.5 },
      recurrentConstraint: { constraint: 'UnitNorm' },
      inputShape: [null, 3],
    })
    const again = registry.parse('layer', spec) as LSTM
    expect(again.config.kernelRegularizer).toBeInstanceOf(regularizers.L2)
    expect(again).toBeInstanceOf(LSTM)
  })

  it('saves and builds wrappers with their layers', () => {
    const layer = new Bidirectional({ layer: new GRU({ units: 2, activation: activations.relu }), mergeMode: 'sum' })
    expect(layer.toSpec()).toEqual({
      layer: 'Bidirectional',
      inner: { layer: 'GRU', units: 2, activation: 'relu' },
      mergeMode: 'sum',
    })
    const again = registry.parse('layer', JSON.parse(JSON.stringify(layer.toSpec()))) as Bidirectional
    expect(again.forwardLayer).toBeInstanceOf(GRU)
    expect([again.forwardLayer, again.backwardLayer].map(({ options }) => options.goBackwards)).toEqual([false, true])
    expect(again.toSpec()).toEqual(layer.toSpec())

    const rnn = registry.parse('layer', {
      layer: 'RNN',
      cell: [
        { layer: 'LSTMCell', units: 3 },
        { layer: 'LSTMCell', units: 2, kernelRegularizer: 'l2' },
      ],
    }) as RNN
    const cells = layersWithin(rnn).filter(({ layer: nested }) => nested instanceof LSTMCell)
    expect(cells.map(({ path }) => path)).toEqual(['cell.cells.0', 'cell.cells.1'])
    expect((registry.parse('layer', rnn.toSpec()) as RNN).toSpec()).toEqual(rnn.toSpec())
  })

  it('refuses to save a function', () => {
    expect(() => new Dense({ units: 1, activation: (x) => x }).toSpec()).toThrow('Dense.activation is a function')
  })
})

describe('symbolic calls', () => {
  it('infer shapes with unknown dimensions', () => {
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
    const both = new Bidirectional({ layer: new LSTM({ units: 5, returnSequences: true }) })
    expect(both.call(words).shape).toEqual([null, null, 10])
    expect(both.call(words).sizes[1]).toBe(words.sizes[1])
    const frames = input({ shape: [null, 8, 8, 1] })
    expect(new TimeDistributed({ layer: new Conv2D({ filters: 2, kernelSize: 3 }) }).call(frames).shape).toEqual([
      null,
      null,
      6,
      6,
      2,
    ])
    const memory = input({ shape: [null, 6] })
    const attention = new MultiHeadAttention({ numHeads: 2, keyDim: 4 })
    expect(attention.call([words, memory]).sizes).toEqual(words.sizes)
    const [output, scores] = attention.callAll([words, memory], { returnAttentionScores: true })
    expect([output!.shape, scores!.shape]).toEqual([
      [null, null, 8],
      [null, 2, null, null],
    ])
    expect(scores!.sizes.slice(2)).toEqual([words.sizes[1], memory.sizes[1]])
  })
})
