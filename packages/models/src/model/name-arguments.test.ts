import { Layer } from '@gradus/core'
import { BatchNormalization, Bidirectional, Dropout, GRU, GRUCell, LSTM, MultiHeadAttention } from '@gradus/layers'
import type { Tensor } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { nameArguments } from './name-arguments.ts'

class Own extends Layer {
  apply(x: Tensor): Tensor {
    return x
  }
}

const [x, y] = [
  ['x', 0, 0],
  ['y', 2, 1],
] as const
const yTensor = { tensor: y }

describe('nameArguments', () => {
  it.each([
    ['recurrent layers', new LSTM({ units: 2 }), { inputs: x, args: [[yTensor, yTensor]] }],
    ['the form of Keras 2', new LSTM({ units: 2 }), { inputs: [x, y, y], args: [] }],
    ['wrappers', new Bidirectional({ layer: new LSTM({ units: 2 }) }), { inputs: [x, y, y], args: [] }],
  ])('finds the states of %s', (_, layer, call) => {
    expect(nameArguments(layer, call)).toEqual({ inputs: x, options: { initialState: [yTensor, yTensor] } })
  })

  it('finds options, those given by name too', () => {
    const call = { inputs: x, args: [yTensor, null], options: { mask: yTensor } }
    expect(nameArguments(new GRU({ units: 2 }), call).options).toEqual({ initialState: yTensor, mask: yTensor })
    expect(nameArguments(new GRUCell({ units: 2 }), { inputs: x, args: [[yTensor]] }).options).toEqual({
      states: [yTensor],
    })
  })

  it('finds the inputs of attention', () => {
    const layer = new MultiHeadAttention({ numHeads: 2, keyDim: 3 })
    expect(nameArguments(layer, { inputs: x, args: [yTensor, null, yTensor] })).toEqual({
      inputs: [x, y],
      options: { queryMask: yTensor },
    })
    const options = { value: yTensor, key: { tensor: x }, useCausalMask: true, attentionMask: yTensor }
    expect(nameArguments(layer, { inputs: x, args: [], options })).toEqual({
      inputs: [x, y, x],
      options: { useCausalMask: true, attentionMask: yTensor },
    })
  })

  it('takes further tensors as inputs of other layers, and refuses other values', () => {
    expect(nameArguments(new Own(), { inputs: x, args: [[yTensor], yTensor] })).toEqual({
      inputs: [x, [y], y],
      options: {},
    })
    expect(() => nameArguments(new Own(), { inputs: x, args: [2] })).toThrow(
      'A call of Own has the argument 2 without its name; expected a tensor.',
    )
  })

  it('leaves out the default of training that Keras writes', () => {
    const training = (layer: Layer, value: boolean) =>
      nameArguments(layer, { inputs: x, options: { training: value }, args: [] }).options['training']
    for (const layer of [new Dropout({ rate: 0.5 }), new LSTM({ units: 1 }), new Own()]) {
      expect([training(layer, false), training(layer, true)]).toEqual([undefined, true])
    }
    expect(training(new BatchNormalization(), false)).toBe(false)
  })

  it('keeps the calls of other files as they are', () => {
    const call = { inputs: [x, y], options: { training: false } }
    expect(nameArguments(new Dropout({ rate: 0.5 }), call)).toEqual(call)
  })
})
