import type { FunctionalSpec, NodeSpec } from '@gradus/core'
import { describe, expect, it } from 'vitest'
import { fromKeras } from './from-keras.ts'

const tensor = (name: string, shape: (number | null)[] = [null, 3, 4], dtype = 'float32') => ({
  class_name: '__keras_tensor__',
  config: { shape, dtype, keras_history: [name, 0, 0] },
})
const operation = (class_name: string, calls: object[], config: object, module: string) => ({
  module,
  class_name,
  config: { name: 'op', ...config },
  name: 'op',
  inbound_nodes: calls,
})
const nodesOf = (layers: object[]) =>
  (
    fromKeras({
      module: 'keras.src.models.functional',
      class_name: 'Functional',
      config: { name: 'f', layers, input_layers: ['x', 0, 0], output_layers: ['op', 0, 0] },
    }) as FunctionalSpec
  ).layers
const read = (class_name: string, args: unknown[], config: object = {}, module = 'keras.src.ops.numpy'): NodeSpec[] => [
  ...nodesOf([operation(class_name, [{ args, kwargs: {} }], config, module)]),
]
/** The operation and arguments of each node. */
const steps = (...given: Parameters<typeof read>) =>
  read(...given).map(({ spec }) => ('layer' in spec ? [spec['operation'], ...(spec['args'] as unknown[])] : []))
const slice = (start: number | null, stop: number | null, step: number | null = null) => ({
  class_name: '__slice__',
  config: { start, stop, step },
})
const all = slice(null, null)
const x = tensor('x')
const y = tensor('y')

describe('operations between layers', () => {
  it('become nodes with arguments that refer to their inputs', () => {
    expect(read('Subtract', [2, x])).toEqual([
      {
        name: 'op',
        spec: { layer: 'Operation', operation: 'sub', args: [2, { input: 0 }], name: 'op' },
        calls: [{ inputs: [['x', 0, 0]] }],
      },
    ])
    expect(read('Concatenate', [[x, y]], { axis: -1 })[0]).toMatchObject({
      spec: { operation: 'concat', args: [[{ input: 0 }, { input: 1 }], -1] },
      calls: [
        {
          inputs: [
            ['x', 0, 0],
            ['y', 0, 0],
          ],
        },
      ],
    })
  })

  it.each([
    ['Mean', [x], { axis: [1], keepdims: true }, [['mean', { input: 0 }, { axis: [1], keepDims: true }]]],
    ['Sum', [x], { axis: null, keepdims: false }, [['sum', { input: 0 }, { keepDims: false }]]],
    ['Norm', [x], { ord: null, axis: -1, keepdims: false }, [['norm', { input: 0 }, { axis: -1, keepDims: false }]]],
    [
      'Norm',
      [x],
      { ord: 1, axis: -1, keepdims: false },
      [['norm', { input: 0 }, { axis: -1, keepDims: false, ord: 1 }]],
    ],
    [
      'Norm',
      [x],
      { ord: 'fro', axis: [1, 2], keepdims: true },
      [['norm', { input: 0 }, { axis: [1, 2], keepDims: true }]],
    ],
    ['Transpose', [x], { axes: null }, [['transpose', { input: 0 }]]],
    ['BroadcastTo', [x], { shape: [2, 3, 4] }, [['broadcastTo', { input: 0 }, [2, 3, 4]]]],
    ['Reshape', [x], { newshape: [null, 12] }, [['reshape', { input: 0 }, [-1, 12]]]],
    [
      'OneHot',
      [tensor('x', [null], 'int32')],
      { num_classes: 3, axis: -1, dtype: 'int64', sparse: false },
      [['oneHot', { input: 0 }, 3, { axis: -1, dtype: 'int32' }]],
    ],
    ['ScatterUpdate', [x, y, y], { reduction: null }, [['scatterUpdate', { input: 0 }, { input: 1 }, { input: 2 }]]],
  ] as const)('%s with its options', (name, args, config, expected) => {
    expect(steps(name, [...args], config)).toEqual(expected)
  })

  it('of several steps become several nodes, of which the last has the name', () => {
    const nodes = read('GetItem', [x, [all, 1, slice(1, null, 2)]])
    expect(nodes.map(({ name, spec, calls }) => [name, (spec as { args?: unknown }).args, calls])).toEqual([
      ['op/1', [{ input: 0 }, [0, 1, 1], [-1, 1, 2], [1, 1, 2]], [{ inputs: [['x', 0, 0]] }]],
      ['op', [{ input: 0 }, [1]], [{ inputs: [['op/1', 0, 0]] }]],
    ])
    expect(steps('Max', [x], { axis: 1, keepdims: false, initial: 0.5 })).toEqual([
      ['max', { input: 0 }, { axis: 1, keepDims: false }],
      ['maximum', { input: 0 }, 0.5],
    ])
  })

  it('have explicit casts where Keras casts implicitly', () => {
    const i = tensor('i', [null, 2], 'int64')
    expect(steps('TrueDivide', [i, 255])).toEqual([
      ['cast', { input: 0 }, 'float32'],
      ['div', { input: 0 }, 255],
    ])
    expect(steps('Add', [i, tensor('b', [null, 2], 'bool')])).toEqual([
      ['cast', { input: 0 }, 'int32'],
      ['add', { input: 0 }, { input: 1 }],
    ])
    expect(steps('Multiply', [tensor('h', [2], 'float16'), i])).toEqual([
      ['cast', { input: 0 }, 'float16'],
      ['mul', { input: 0 }, { input: 1 }],
    ])
    expect(steps('Greater', [i, 0])).toEqual([['greater', { input: 0 }, 0]])
  })

  it('that are activations become layers', () => {
    const config = { negative_slope: 0.1, max_value: null, threshold: 0 }
    expect(read('ReLU', [x], config, 'keras.src.activations.activations')).toEqual([
      {
        name: 'op',
        spec: { layer: 'Activation', activation: { activation: 'relu', negativeSlope: 0.1, threshold: 0 }, name: 'op' },
        calls: [{ inputs: ['x', 0, 0] }],
      },
    ])
  })

  it('may be called several times with the same arguments', () => {
    const call = (...args: unknown[]) => ({ args, kwargs: {} })
    const twice = (...calls: object[]) => nodesOf([operation('Add', calls, {}, 'keras.src.ops.numpy')])
    expect(twice(call(x, 1), call(y, 1))).toMatchObject([
      { spec: { args: [{ input: 0 }, 1] }, calls: [{ inputs: [['x', 0, 0]] }, { inputs: [['y', 0, 0]] }] },
    ])
    expect(() => twice(call(x, 1), call(y, 2))).toThrow('it is called with different arguments')
  })

  it.each([
    ['Eig', [x], {}, 'it has no counterpart here'],
    ['Prod', [x], { axis: 1, keepdims: false, dtype: 'float64' }, 'it has the option dtype "float64"'],
    ['Norm', [x], { ord: 2, axis: [1, 2], keepdims: false }, 'it takes the norm 2 of matrices'],
    ['Normalize', [x], { axis: -1, order: 1, epsilon: null }, 'it has the order 1; only 2 is known here'],
    ['Average', [x, y], { axis: 1, weights: y }, 'it has weights'],
    ['Take', [x, [0, 1]], { axis: 1 }, 'it takes the indices [0,1]; expected a tensor or one number'],
    [
      'Split',
      [tensor('x', [null, null])],
      { indices_or_sections: [2], axis: 1 },
      'it cuts axis 1, whose size is not known',
    ],
    ['GetItem', [tensor('x', [null, null]), [all, slice(-3, 2)]], {}, 'along axis 1 of [null,null]'],
    ['MaxPool', [x], { pool_size: 2, data_format: 'channels_first' }, 'it has its channels first; expected them last'],
  ] as const)('that cannot be translated are refused: %s', (name, args, config, message) => {
    const refused = () => read(name, [...args], config)
    expect(refused).toThrow(
      `The model uses the operation ${name} ('op') outside of a layer, which cannot be translated`,
    )
    expect(refused).toThrow(message)
    expect(refused).toThrow('Put it into a custom layer and save the model again.')
  })

  it('with arrays or unknown dtypes throw', () => {
    const array = { class_name: '__numpy__', config: { value: [1, 2], dtype: 'float32' } }
    expect(() => read('Add', [x, array])).toThrow("In a call of 'op' there is an array of numbers")
    expect(() => read('Cast', [x], { dtype: 'float8' })).toThrow('The dtype float8 of Keras is not known here')
  })
})
