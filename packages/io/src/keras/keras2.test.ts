import type { FunctionalSpec, SequentialSpec } from '@gradus/core'
import { describe, expect, it } from 'vitest'
import { compileFromKeras, fromKeras } from './from-keras.ts'
import { toKeras } from './to-keras.ts'

const sequential = (layers: object[], more: object = {}) => ({
  class_name: 'Sequential',
  config: { name: 's', layers },
  keras_version: '2.8.0',
  ...more,
})
const layer = (class_name: string, config: object, more: object = {}) => ({ class_name, config, ...more })
const only = (class_name: string, config: object) =>
  (fromKeras(sequential([layer(class_name, config)])) as SequentialSpec).layers[0]

describe('layers of Keras 2', () => {
  it('have the batch axis in the shape of the input', () => {
    expect(only('Dense', { units: 2, batch_input_shape: [null, 8] })).toEqual({
      layer: 'Dense',
      units: 2,
      inputShape: [8],
    })
    const input = layer('InputLayer', { batch_input_shape: [null, 8], sparse: false, ragged: false, name: 'i' })
    const spec = fromKeras(sequential([input, layer('Dense', { units: 2, batch_input_shape: [null, 8] })]))
    expect((spec as SequentialSpec).layers).toEqual([
      { layer: 'Input', name: 'i', shape: [8] },
      { layer: 'Dense', units: 2 },
    ])
  })

  it('have the options of Keras 3', () => {
    expect(only('BatchNormalizationV1', { axis: [3] })).toEqual({ layer: 'BatchNormalization', axis: 3 })
    expect(only('Embedding', { input_dim: 3, output_dim: 2, input_length: 7 })).toEqual({
      layer: 'Embedding',
      inputDim: 3,
      outputDim: 2,
    })
    const policy = layer('Policy', { name: 'mixed_float16' })
    expect(only('Dense', { units: 1, dtype: policy })).toEqual({ layer: 'Dense', units: 1, dtype: 'mixedFloat16' })
    const initializer = layer('GlorotUniform', { seed: null, dtype: 'float32' })
    expect(only('Dense', { units: 1, kernel_initializer: initializer })).toEqual({
      layer: 'Dense',
      units: 1,
      kernelInitializer: { initializer: 'GlorotUniform' },
    })
    expect(only('ThresholdedReLU', { theta: 2 })).toEqual({ layer: 'ReLU', threshold: 2 })
    const inherited = { kernel_size: 3, kernel_initializer: 'zeros', groups: 1 }
    expect(only('DepthwiseConv2D', inherited)).toEqual({ layer: 'DepthwiseConv2D', kernelSize: 3 })
  })

  it('have a steeper hard sigmoid', () => {
    const old = { recurrentActivation: { activation: 'hardSigmoid', slope: 0.2 } }
    const config = { units: 1, recurrent_activation: 'hard_sigmoid', implementation: 2, time_major: false }
    expect(only('LSTM', config)).toEqual({ layer: 'LSTM', units: 1, ...old })
    expect(only('GRU', config)).toEqual({ layer: 'GRU', units: 1, resetAfter: false, ...old })
    const ofKeras3 = { module: 'keras.layers', ...layer('LSTM', { units: 1, recurrent_activation: 'hard_sigmoid' }) }
    expect(fromKeras(ofKeras3)).toEqual({ layer: 'LSTM', units: 1, recurrentActivation: 'hard_sigmoid' })
  })

  it('pass the masks of recurrent layers on', () => {
    const config = { units: 1, return_sequences: true }
    expect(only('SimpleRNN', config)).toEqual({ layer: 'SimpleRNN', units: 1, returnSequences: true, passMask: true })
    expect(only('SimpleRNN', { units: 1 })).toEqual({ layer: 'SimpleRNN', units: 1 })
  })

  it('have the steeper hard sigmoid as a stack of layers in Keras 3', () => {
    const spec = { layer: 'Dense', units: 1, activation: { activation: 'hardSigmoid', slope: 0.2 } } as const
    const known = { isModel: false, isSubclass: false, weights: [], inputs: [], results: new Map(), sublayers: [] }
    const { config } = toKeras(spec, { type: 'Dense', name: 'dense', ...known })
    const { activation } = config as { activation: { class_name: string; config: { layers: object[] } } }
    expect(activation.class_name).toBe('Sequential')
    expect(activation.config.layers).toMatchObject([
      { class_name: 'Rescaling', config: { scale: 0.2, offset: 0.5 } },
      { class_name: 'ReLU', config: { max_value: 1 } },
    ])
    const ofKeras3 = { module: 'keras.layers', ...layer('Dense', { units: 1, activation }) }
    expect(fromKeras(ofKeras3)).toEqual(spec)
  })

  it('lose options that say nothing about the results', () => {
    expect(only('Conv2DTranspose', { filters: 2, kernel_size: 3, groups: 1 })).toEqual({
      layer: 'Conv2DTranspose',
      filters: 2,
      kernelSize: 3,
    })
    expect(only('RandomFlip', { rng_type: 'stateful' })).toEqual({ layer: 'RandomFlip' })
    expect(only('SpatialDropout1D', { rate: 0.2, noise_shape: [1] })).toEqual({ layer: 'SpatialDropout1D', rate: 0.2 })
  })

  it('may have numbers that are arrays of NumPy', () => {
    const array = { type: 'ndarray', value: 0.2 }
    expect(only('LeakyReLU', { alpha: array })).toEqual({ layer: 'LeakyReLU', negativeSlope: 0.2 })
    expect(only('ReLU', { max_value: 6, threshold: array, negative_slope: [0] })).toEqual({
      layer: 'ReLU',
      maxValue: 6,
      threshold: 0.2,
      negativeSlope: 0,
    })
    const activation = layer('LeakyReLU', { name: 'l', alpha: 0.1 })
    expect(only('Dense', { units: 1, activation })).toEqual({
      layer: 'Dense',
      units: 1,
      activation: { activation: 'leakyRelu', negativeSlope: 0.1 },
    })
  })

  it('were compiled with the optimizers of Keras 2, in .keras files too', () => {
    const config = { name: 'SGD', learning_rate: 0.1, decay: 0.001, momentum: 0.9, nesterov: false }
    const optimizer = { module: 'keras.optimizers.legacy', class_name: 'SGD', config, registered_name: null }
    const dense = layer('Dense', { units: 1, batch_input_shape: [null, 2] })
    const saved = {
      class_name: 'Sequential',
      config: { layers: [dense] },
      compile_config: { optimizer, loss: 'mse' },
    }
    expect(compileFromKeras(saved)).toMatchObject({
      optimizer: { optimizer: 'SGD', learningRate: { schedule: 'InverseTimeDecay', decayRate: 0.001 } },
      loss: 'mse',
    })
  })

  it('are refused where Keras 3 cannot do the same', () => {
    expect(() => only('LSTM', { name: 'l', units: 1, time_major: true })).toThrow(
      'The LSTM "l" has the option time_major, which Keras 3 does not have.',
    )
    expect(() => only('CuDNNLSTM', { units: 1 })).toThrow('The layer CuDNNLSTM of Keras 2 runs on NVIDIA GPUs only.')
  })
})

describe('models of Keras 2', () => {
  it('Sequential may be a list', () => {
    const spec = fromKeras({ class_name: 'Sequential', config: [layer('Dense', { units: 1 })], keras_version: '2.1.6' })
    expect(spec).toEqual({ model: 'Sequential', layers: [{ layer: 'Dense', units: 1 }] })
  })

  const input = (name: string) =>
    layer('InputLayer', { batch_input_shape: [null, 4], name }, { name, inbound_nodes: [] })
  const callsOf = (inner: object, first: number) => {
    const node = { ...inner, name: 'inner', inbound_nodes: [[['in', 0, 0, {}]]] }
    const last = layer('Dense', { units: 1 }, { name: 'd', inbound_nodes: [[['inner', first, 0, {}]]] })
    const config = { layers: [input('in'), node, last], input_layers: [['in', 0, 0]], output_layers: [['d', 0, 0]] }
    return (fromKeras({ class_name: 'Model', config }) as FunctionalSpec).layers[2]!.calls
  }

  it.each([
    ['an input', [input('x')]],
    ['a shape', [layer('Dense', { units: 1, batch_input_shape: [null, 4] })]],
    ['neither', [layer('Dense', { units: 1 })]],
  ])('calls of a Sequential with %s count from 1 or from 0, as the references show', (_, layers) => {
    expect(callsOf(layer('Sequential', { layers }), 1)).toEqual([{ inputs: ['inner', 0, 0] }])
    expect(callsOf(layer('Sequential', { layers }), 0)).toEqual([{ inputs: ['inner', 0, 0] }])
  })

  it('of Keras 1 are refused', () => {
    const dense = layer('Dense', { output_dim: 3, W_regularizer: null })
    const message = 'The model was saved by Keras 1; save it again with Keras 2 or 3.'
    expect(() => fromKeras({ class_name: 'Sequential', config: [dense] })).toThrow(message)
    expect(() => fromKeras({ class_name: 'Sequential', config: [], keras_version: '1.2.2' })).toThrow(message)
  })
})

describe('functions of TensorFlow between layers', () => {
  const node = (name: string, calls: unknown[], className = 'TFOpLambda') =>
    layer(className, { name: 'f', function: name }, { name: 'f', inbound_nodes: calls })
  const x = layer('InputLayer', { batch_input_shape: [null, 4], name: 'x' }, { name: 'x', inbound_nodes: [] })
  const specOf = (operation: object) => {
    const config = { layers: [x, operation], input_layers: [['x', 0, 0]], output_layers: [['f', 0, 0]] }
    return (fromKeras({ class_name: 'Functional', config }) as FunctionalSpec).layers[1]!.spec
  }

  it('are operations here', () => {
    expect(specOf(node('expand_dims', [['x', 0, 0, { axis: 1 }]]))).toMatchObject({
      operation: 'expandDims',
      args: [{ input: 0 }, 1],
    })
    expect(specOf(node('math.subtract', [['_CONSTANT_VALUE', -1, 1, { y: ['x', 0, 0], name: null }]]))).toMatchObject({
      operation: 'sub',
      args: [1, { input: 0 }],
    })
  })

  it('of graphs are operations here', () => {
    const half = { node_def: { name: 'a', op: 'RealDiv' }, constants: { 1: 2 } }
    const node = layer('TensorFlowOpLayer', half, { name: 'f', inbound_nodes: [[['x', 0, 0, {}]]] })
    expect(specOf(node)).toMatchObject({ operation: 'div', args: [{ input: 0 }, 2] })
    const minus = { node_def: '{"op": "Sub"}', constants: { 0: 1 } }
    expect(specOf({ ...node, config: minus })).toMatchObject({ operation: 'sub', args: [1, { input: 0 }] })
  })

  it('are refused by their names', () => {
    expect(() => specOf(node('strings.lower', [['x', 0, 0, {}]]))).toThrow(
      "The model uses the operation tf.strings.lower ('f') outside of a layer, which cannot be translated: it has no counterpart here.",
    )
    expect(() => specOf(node('math.reduce_sum', [['x', 0, 0, { other: 3 }]]))).toThrow('it has the option other 3')
    const graphNode = layer('TensorFlowOpLayer', { node_def: '{"name": "a", "op": "Einsum"}' }, { name: 'f' })
    expect(() => specOf({ ...graphNode, inbound_nodes: [[['x', 0, 0, {}]]] })).toThrow('the operation tf.Einsum')
  })
})

it('operations of Keras 3 have no module in files of converters', () => {
  const tensor = {
    class_name: '__keras_tensor__',
    config: { shape: [null, 4], dtype: 'float32', keras_history: ['x', 0, 0] },
  }
  const layers = [
    layer('InputLayer', { batch_shape: [null, 4], name: 'x' }, { name: 'x', inbound_nodes: [] }),
    layer('Negative', { name: 'n' }, { name: 'n', inbound_nodes: [{ args: [tensor], kwargs: {} }] }),
    layer(
      'Add',
      { name: 'a', trainable: true },
      { name: 'a', inbound_nodes: [{ args: [[tensor, tensor]], kwargs: {} }] },
    ),
  ]
  const config = { layers, input_layers: ['x', 0, 0], output_layers: ['n', 0, 0] }
  const spec = fromKeras({
    modelTopology: { keras_version: '3.16.0', model_config: { class_name: 'Functional', config } },
  })
  expect((spec as FunctionalSpec).layers.map((node) => node.spec)).toMatchObject([
    { layer: 'Input' },
    { layer: 'Operation', operation: 'neg' },
    { layer: 'Add' },
  ])
})

describe('the contents of model.json', () => {
  const topology = { model_config: sequential([layer('Dense', { units: 1, batch_input_shape: [null, 4] })]) }

  it('hold the model and the options of compile', () => {
    const file = { format: 'layers-model', modelTopology: topology, weightsManifest: [] }
    expect(fromKeras(file)).toMatchObject({ model: 'Sequential', layers: [{ layer: 'Dense', inputShape: [4] }] })
    expect(compileFromKeras(file)).toBeUndefined()
    const optimizer = layer('Custom>SGD', { learning_rate: 0.01, momentum: 0, is_legacy_optimizer: false })
    const training = { loss: 'mean_squared_error', metrics: [['acc']], optimizer_config: optimizer }
    const expected = { optimizer: { optimizer: 'SGD', learningRate: 0.01, momentum: 0 }, loss: 'mean_squared_error' }
    const compiled = { ...file, modelTopology: { ...topology, training_config: training } }
    expect(compileFromKeras(compiled)).toEqual({ ...expected, metrics: ['acc'] })
  })

  it('call rho the decay of RMSprop', () => {
    const optimizer = layer('RMSProp', { learning_rate: 0.1, decay: 0.8, momentum: 0, epsilon: 1e-7, centered: false })
    expect(
      compileFromKeras({ modelTopology: topology, trainingConfig: { optimizer_config: optimizer, loss: 'mse' } }),
    ).toEqual({
      optimizer: { optimizer: 'RMSprop', learningRate: 0.1, rho: 0.8, momentum: 0, epsilon: 1e-7, centered: false },
      loss: 'mse',
    })
  })

  it('of a graph model are refused', () => {
    const message = 'The file is a graph model of TensorFlow.js'
    expect(() => fromKeras({ format: 'graph-model', modelTopology: { node: [] } })).toThrow(message)
    expect(() => fromKeras({ modelTopology: { node: [] } })).toThrow(message)
  })
})
