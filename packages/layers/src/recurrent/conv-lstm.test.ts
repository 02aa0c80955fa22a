import { cpu } from '@gradus/backend-cpu'
import { initLayer, input, Rng, statelessCall } from '@gradus/core'
import { randomKey, randomNormal, reshape, type Tensor, tensor, transpose, useBackend, zeros } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { ConvLSTMCell } from './conv-lstm-cell.ts'
import { ConvLSTM1D } from './conv-lstm1d.ts'
import { ConvLSTM2D } from './conv-lstm2d.ts'
import { ConvLSTM3D } from './conv-lstm3d.ts'
import { LSTM } from './lstm.ts'
import { RNN } from './rnn.ts'

await useBackend(cpu())

testLayer(ConvLSTM1D, {
  config: { filters: 2, kernelSize: 3, returnSequences: true, returnState: true, activation: 'sigmoid' },
  inputShape: [2, 3, 5, 2],
  mask: [
    [true, true, false],
    [false, true, true],
  ],
  expectedOutputShape: [
    [2, 3, 3, 2],
    [2, 3, 2],
    [2, 3, 2],
  ],
  expectedParams: 3 * 2 * 8 * 2 + 8,
  supportsMasking: true,
  invalidInputShape: [2, 3, 5],
})
testLayer(ConvLSTM2D, {
  config: {
    filters: 2,
    kernelSize: [2, 3],
    strides: [1, 2],
    padding: 'same',
    dataFormat: 'channelsFirst',
    dropout: 0.2,
  },
  inputShape: [2, 2, 1, 3, 4],
  expectedOutputShape: [2, 2, 3, 2],
  expectedParams: 6 * 8 + 6 * 2 * 8 + 8,
  invalidInputShape: [2, 3, 3, 1],
})
testLayer(ConvLSTM3D, {
  config: { filters: 1, kernelSize: 2, dilationRate: 2, useBias: false, recurrentDropout: 0.2, goBackwards: true },
  inputShape: [1, 2, 3, 3, 4, 1],
  expectedOutputShape: [1, 1, 1, 2, 1],
  expectedParams: 8 * 4 * 2,
  invalidInputShape: [1, 2, 3, 3, 1],
})
testLayer(() => new RNN({ cell: new ConvLSTMCell({ rank: 1, filters: 2, kernelSize: 2 }), stateful: true }), {
  inputShape: [2, 2, 4, 1],
  expectedOutputShape: [2, 3, 2],
  expectedState: 2 * 2 * 3 * 2,
  batchIndependent: false,
})

const x = randomNormal(randomKey(1), [2, 3, 4, 2])
const run = (layer: ConvLSTM1D, given: Tensor, options = {}) =>
  statelessCall(layer, initLayer(layer, given.shape, new Rng(1)), given, options).outputs as Tensor

describe('ConvLSTM', () => {
  it('with a window of one element is an LSTM at each position', () => {
    const layer = new ConvLSTM1D({ filters: 3, kernelSize: 1, returnSequences: true })
    const variables = initLayer(layer, x.shape, new Rng(1))
    const { kernel, recurrentKernel, bias } = variables.params['cell'] as Record<string, Tensor>
    const cell = { kernel: reshape(kernel!, [2, 12]), recurrentKernel: reshape(recurrentKernel!, [3, 12]), bias: bias! }
    const lstm = new LSTM({ units: 3, returnSequences: true })
    const rows = reshape(transpose(x, [0, 2, 1, 3]), [8, 3, 2])
    const expected = statelessCall(lstm, { params: { '': {}, cell }, state: {} }, rows).outputs as Tensor
    const got = statelessCall(layer, variables, x).outputs as Tensor
    const flat = (t: Tensor) => (t.array() as number[][][]).flat(2)
    const same = reshape(transpose(got, [0, 2, 1, 3]), [8, 3, 3])
    for (const [index, value] of flat(same).entries()) expect(value).toBeCloseTo(flat(expected)[index]!, 5)
  })

  it('takes channels first', () => {
    const options = { filters: 3, kernelSize: 2, padding: 'same', recurrentActivation: 'hardSigmoid' } as const
    const last = run(new ConvLSTM1D(options), x)
    const first = run(new ConvLSTM1D({ ...options, dataFormat: 'channelsFirst' }), transpose(x, [0, 1, 3, 2]))
    expect(transpose(first, [0, 2, 1]).array()).toEqual(last.array())
  })

  it('starts with given states and continues with those of the previous batch', () => {
    const options = { filters: 2, kernelSize: 3, returnState: true } as const
    const layer = new ConvLSTM1D(options)
    const variables = initLayer(layer, x.shape, new Rng(1))
    const whole = statelessCall(layer, variables, x).outputs as Tensor[]
    const part = (start: number, end: number) =>
      tensor((x.array() as number[][][][]).map((steps) => steps.slice(start, end)))
    const [, ...states] = statelessCall(layer, variables, part(0, 2)).outputs as Tensor[]
    const rest = statelessCall(layer, variables, part(2, 3), { initialState: states }).outputs as Tensor[]
    const text = (t: Tensor) => (t.array() as number[][][]).flat(2).map((value) => value.toFixed(5))
    expect(rest.map(text)).toEqual(whole.map(text))
  })

  it('is part of a functional model', () => {
    const video = input({ shape: [null, 6, 6, 1] })
    expect(new ConvLSTM2D({ filters: 2, kernelSize: 3, returnSequences: true }).call(video).shape).toEqual([
      null,
      null,
      4,
      4,
      2,
    ])
  })

  it('refuses strides with a dilation and other ranks', () => {
    expect(() => new ConvLSTM2D({ filters: 1, kernelSize: 2, strides: 2, dilationRate: 2 })).toThrow(
      "ConvLSTMCell: 'strides' is [2, 2] and 'dilationRate' is [2, 2]; one of them must be 1, as in Keras.",
    )
    expect(() => new ConvLSTM2D({ filters: 1, kernelSize: 2 }).call(zeros([1, 2, 3, 3]))).toThrow(
      'ConvLSTM2D expects images over time of shape [batch, time, height, width, channels] with at least one time step and got [1, 2, 3, 3].',
    )
    expect(() => new ConvLSTMCell({ rank: 4 as 3, filters: 1, kernelSize: 1 })).toThrow("'rank'")
  })
})
