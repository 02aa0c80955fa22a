import { input } from '@gradus/core'
import * as layers from '@gradus/layers'
import { Model, Sequential } from '@gradus/models'
import { argMax, cumsum, expandDims, less, mul, relu, sort, sub, where } from '@gradus/tensor'

const { Dense } = layers

/** A model, and the largest integer of its samples where they are integers. */
export interface ModelCase {
  readonly model: () => Model
  readonly integersBelow?: number
}

const sequential = (list: ConstructorParameters<typeof Sequential>[0]) => () =>
  new Sequential(list, { seed: 3 }) as Model

/** Models of which each has ops that the others do not have. */
export const modelCases: Readonly<Record<string, ModelCase>> = {
  'a dense network': {
    model: sequential([
      new Dense({ units: 8, activation: 'relu', inputShape: [4] }),
      new Dense({ units: 3, activation: 'softmax' }),
    ]),
  },
  'a wide dense network': {
    model: sequential([
      new Dense({ units: 64, activation: 'gelu', inputShape: [20] }),
      new layers.BatchNormalization({}),
      new Dense({ units: 32, activation: 'selu' }),
      new layers.LayerNormalization({}),
      new layers.Dropout({ rate: 0.5 }),
      new Dense({ units: 1, activation: 'sigmoid' }),
    ]),
  },
  convolutions: {
    model: sequential([
      new layers.Conv2D({ filters: 6, kernelSize: 3, padding: 'same', activation: 'relu', inputShape: [9, 8, 3] }),
      new layers.MaxPooling2D({ poolSize: 2, padding: 'same' }),
      new layers.DepthwiseConv2D({ kernelSize: 3, strides: 2, padding: 'same' }),
      new layers.SeparableConv2D({ filters: 5, kernelSize: 2, activation: 'tanh' }),
      new layers.BatchNormalization({}),
      new layers.Flatten({}),
      new Dense({ units: 4, activation: 'softmax' }),
    ]),
  },
  'transposed and dilated convolutions': {
    model: sequential([
      new layers.Conv1D({ filters: 4, kernelSize: 3, padding: 'causal', dilationRate: 2, inputShape: [10, 2] }),
      new layers.Conv1DTranspose({ filters: 3, kernelSize: 4, strides: 2, padding: 'same' }),
      new layers.AveragePooling1D({ poolSize: 3, strides: 2, padding: 'same' }),
      new layers.UpSampling1D({ size: 2 }),
      new layers.ZeroPadding1D({ padding: 1 }),
      new layers.GlobalMaxPooling1D({}),
    ]),
  },
  'an LSTM and a GRU': {
    model: sequential([
      new layers.LSTM({ units: 6, returnSequences: true, inputShape: [7, 3] }),
      new layers.Bidirectional({ layer: new layers.GRU({ units: 5 }) }),
      new Dense({ units: 2 }),
    ]),
  },
  embeddings: {
    model: sequential([
      new layers.Input({ shape: [6], dtype: 'int32' }),
      new layers.Embedding({ inputDim: 12, outputDim: 5, maskZero: true }),
      new layers.LSTM({ units: 4 }),
      new Dense({ units: 3, activation: 'softmax' }),
    ]),
    integersBelow: 12,
  },
  attention: {
    model: () => {
      const x = input({ shape: [5, 8] })
      const attended = new layers.MultiHeadAttention({ numHeads: 2, keyDim: 4 }).call([x, x], { useCausalMask: true })
      const y = new layers.LayerNormalization({}).call(new layers.Add({}).call([x, attended]))
      return new Model({ inputs: x, outputs: new Dense({ units: 3 }).call(y) })
    },
  },
  'several inputs and outputs': {
    model: () => {
      const a = input({ shape: [3], name: 'a' })
      const b = input({ shape: [2, 2], name: 'b' })
      const flat = new layers.Flatten({}).call(b)
      const both = new layers.Concatenate({}).call([a, flat])
      const hidden = new Dense({ units: 6, activation: 'swish' }).call(both)
      const first = new Dense({ units: 2, name: 'first' }).call(hidden)
      const second = new Dense({ units: 1, activation: 'softplus', name: 'second' }).call(hidden)
      return new Model({ inputs: { a, b }, outputs: { first, second } }) as Model
    },
  },
  'sorting, running sums, positions and conditions': {
    model: () => {
      const x = input({ shape: [6], name: 'x' })
      const sorted = sort(x as never)
      const sums = cumsum(x as never, { axis: 1 } as never)
      const best = argMax(x as never, { axis: 1 } as never)
      const chosen = where(less(x as never, 0), mul(x as never, 2), relu(sub(x as never, 0.5)))
      return new Model({
        inputs: x,
        outputs: { sorted, sums, best: expandDims(best, 1), chosen } as never,
      })
    },
  },
}
