import type { CallSpec, FunctionalSpec } from '@gradus/core'
import { describe, expect, it } from 'vitest'
import { fromKeras } from './from-keras.ts'

const tensor = (...history: unknown[]) => ({
  class_name: '__keras_tensor__',
  config: { shape: [null, 4], dtype: 'float32', keras_history: history },
})
const node = (class_name: string, config: object, inbound: unknown, more: object = {}) => ({
  module: 'keras.layers',
  class_name,
  config,
  registered_name: null,
  name: 'd',
  inbound_nodes: [inbound],
  ...more,
})
const functional = (layers: object[], input: unknown = ['in', 0, 0], output: unknown = ['d', 0, 0]) => ({
  module: 'keras.src.models.functional',
  class_name: 'Functional',
  config: { name: 'f', layers, input_layers: input, output_layers: output },
})
const source = (name: string) => ({
  module: 'keras.layers',
  class_name: 'InputLayer',
  config: { batch_shape: [null, 4], name },
  name,
  inbound_nodes: [],
})
const read = (model: object) => fromKeras(model) as FunctionalSpec
const callOf = (inbound: unknown, class_name = 'Dense', config: object = {}, more: object = {}): CallSpec =>
  read(functional([source('x'), source('y'), node(class_name, config, inbound, more)])).layers[2]!.calls[0]!

const x = tensor('x', 0, 0)
const y = tensor('y', 2, 1)
const [xRef, yRef] = [
  ['x', 0, 0],
  ['y', 2, 1],
]

describe('calls', () => {
  it.each([
    ['one tensor', { args: [x], kwargs: {} }, { inputs: xRef }],
    ['a list of one', { args: [[x]], kwargs: {} }, { inputs: [xRef], args: [] }],
    ['several arguments', { args: [x, y], kwargs: { mask: null } }, { inputs: xRef, args: [{ tensor: yRef }] }],
    [
      'arguments by name',
      { args: [], kwargs: { value: y, query: x, training: null } },
      { inputs: xRef, options: { value: { tensor: yRef } }, args: [] },
    ],
    ['its one input by name', { args: [], kwargs: { inputs: x, training: true } }, { inputs: xRef }],
    [
      'an argument by a name of others',
      { args: [], kwargs: { image: x, flag: 'a' } },
      { inputs: xRef, options: { flag: 'a' }, args: [] },
    ],
    [
      'arguments by names of others',
      { args: [], kwargs: { left: x, right: y, scale: 2 } },
      { inputs: { left: xRef, right: yRef }, options: { scale: 2 }, args: [] },
    ],
    [
      'initial states',
      { args: [x], kwargs: { initial_state: [y, y] } },
      { inputs: xRef, options: { initialState: [{ tensor: yRef }, { tensor: yRef }] }, args: [] },
    ],
    [
      'options',
      { args: [x], kwargs: { use_causal_mask: true, return_attention_scores: false } },
      { inputs: xRef, options: { useCausalMask: true, returnAttentionScores: false }, args: [] },
    ],
    ['training, which the model decides in Keras 3', { args: [x], kwargs: { training: false } }, { inputs: xRef }],
    ['a mask', { args: [x], kwargs: { mask: y } }, { inputs: xRef, options: { mask: { tensor: yRef } }, args: [] }],
    [
      'a mask for one of its inputs',
      { args: [[x, y]], kwargs: { mask: [null, y] } },
      { inputs: [xRef, yRef], options: { mask: [null, { tensor: yRef }] }, args: [] },
    ],
    [
      'masks that are all null',
      { args: [{ a: x, b: [y] }], kwargs: { mask: { a: null, b: [null] } } },
      { inputs: { a: xRef, b: [yRef] } },
    ],
    [
      'a constant',
      { args: [x], kwargs: { scale: { class_name: '__numpy__', config: { value: 2.5, dtype: 'float32' } } } },
      { inputs: xRef, options: { scale: 2.5 }, args: [] },
    ],
    [
      'the form of Keras 2',
      [
        ['x', 0, 0, { training: false }],
        ['y', 2, 1, {}],
      ],
      { inputs: [xRef, yRef], options: { training: false }, args: [] },
    ],
    ['the form of Keras 2 with one tensor', [['x', 0, 0, {}]], { inputs: xRef }],
    [
      'the form of Keras 2 with names',
      { b: ['y', 2, 1, { mask: ['x', 0, 0] }], a: ['x', 0, 0, {}] },
      { inputs: { a: xRef, b: yRef }, options: { mask: { tensor: xRef } }, args: [] },
    ],
  ])('with %s', (_, inbound, expected) => {
    expect(callOf(inbound)).toEqual(expected)
  })

  it('keep positional arguments after the first, which the class of the layer names', () => {
    expect(callOf({ args: [x, [y, y], null], kwargs: {} }, 'LSTM')).toEqual({
      inputs: xRef,
      args: [[{ tensor: yRef }, { tensor: yRef }], null],
      // with initial states Keras leaves out the mask of the input
      options: { mask: null },
    })
    expect(callOf({ args: [x, 2], kwargs: {} })).toEqual({ inputs: xRef, args: [2] })
  })

  it('that cannot be translated throw', () => {
    expect(() => callOf({ args: [3], kwargs: {} })).toThrow("A call of 'd' has the input 3; expected tensors.")
    expect(() => callOf({ args: [[]], kwargs: {} })).toThrow("A call of 'd' has the input []; expected tensors.")
    expect(() => callOf({ args: [], kwargs: { training: true } })).toThrow("A call of 'd' has the input undefined")
    expect(() => callOf({ kwargs: {} })).toThrow("The args of a call of 'd' are undefined; expected a list.")
    expect(() => callOf(7)).toThrow("A call of 'd' is 7; expected { args, kwargs }.")
    expect(() => callOf({ args: [tensor('x', 'first')], kwargs: {} })).toThrow('expected [layer, call, output]')
    expect(() =>
      callOf({ args: [x], kwargs: { mask: { class_name: '__numpy__', config: { value: [1, 0] } } } }),
    ).toThrow("In a call of 'd' there is an array of numbers, and specs contain only single numbers")
    expect(() => callOf({ args: [x], kwargs: { by: { class_name: 'Dense', config: {} } } })).toThrow(
      "In a call of 'd' there is a Dense, which cannot be translated.",
    )
    expect(() => read(functional([], 'in'))).toThrow('The input_layers of the Functional \'f\' are "in"')
  })
})

describe('references', () => {
  const inner = functional([source('in')], ['in', 0, 0], ['in', 0, 0])
  const twice = (args: unknown[]) => ({ ...inner, name: 'm', inbound_nodes: args })

  it('to a model within a model count from 1 in lists, and from 0 in calls', () => {
    const calls = [x, tensor('m', 0, 0)].map((given) => ({ args: [given], kwargs: {} }))
    const spec = read(functional([source('x'), twice(calls)], ['x', 0, 0], ['m', 2, 0]))
    expect(spec.layers[1]!.calls).toEqual([{ inputs: ['x', 0, 0] }, { inputs: ['m', 0, 0] }])
    expect(spec.outputs).toEqual(['m', 1, 0])
  })

  it('of Keras 2 count from 1 everywhere, and list single tensors', () => {
    const calls = [[['x', 0, 0, {}]], [['m', 1, 0, {}]]]
    const stack = { class_name: 'Sequential', config: { layers: [source('in')] }, name: 'm', inbound_nodes: calls }
    for (const model of [twice(calls), stack]) {
      const spec = read(functional([source('x'), model], [['x', 0, 0]], [['m', 2, 0]]))
      expect(spec.layers[1]!.calls).toEqual([{ inputs: ['x', 0, 0] }, { inputs: ['m', 0, 0] }])
      expect([spec.inputs, spec.outputs]).toEqual([
        ['x', 0, 0],
        ['m', 1, 0],
      ])
    }
  })

  it('keep their structure, with names in the order in which Keras numbers tensors', () => {
    const outputs = { b: ['d', 0, 0], a: [['d', 0, 1], [['d', 0, 2]]] }
    const spec = read(functional([source('x'), node('Dense', {}, { args: [x], kwargs: {} })], [['x', 0, 0]], outputs))
    expect(JSON.stringify(spec.outputs)).toBe(JSON.stringify({ a: outputs.a, b: outputs.b }))
    expect(spec.inputs).toEqual([['x', 0, 0]])
  })
})
