import type { FunctionalSpec, LayerSpec, SequentialSpec } from '@gradus/core'
import { describe, expect, it } from 'vitest'
import models from '../recorded/keras-models.json' with { type: 'json' }
import { compileFromKeras, fromKeras } from './from-keras.ts'

const layer = (class_name: string, config: object, more: object = {}) => ({
  module: 'keras.layers',
  class_name,
  config,
  registered_name: null,
  ...more,
})
const policy = (name: string) => ({
  module: 'keras',
  class_name: 'DTypePolicy',
  config: { name },
  registered_name: null,
})
const functional = (layers: object[], input: unknown = ['in', 0, 0], output: unknown = ['d', 0, 0]) => ({
  module: 'keras.src.models.functional',
  class_name: 'Functional',
  config: { name: 'f', layers, input_layers: input, output_layers: output },
})

describe('models as Keras saves them', () => {
  it('a functional model with two inputs', () => {
    const spec = fromKeras(models.two_input_a) as FunctionalSpec
    expect(spec).toMatchObject({ model: 'Functional', name: 'two_in_a', outputs: ['out', 0, 0] })
    expect(spec.inputs).toEqual([
      ['age_feats', 0, 0],
      ['lab_feats', 0, 0],
    ])
    expect(spec.layers.map(({ name }) => name)).toEqual([
      'age_feats',
      'lab_feats',
      'da',
      'db',
      'mul',
      'cat',
      'ln',
      'out',
    ])
    expect(spec.layers[0]).toEqual({
      name: 'age_feats',
      spec: { layer: 'Input', name: 'age_feats', shape: [4] },
      calls: [],
    })
    expect(spec.layers[2]).toEqual({
      name: 'da',
      spec: {
        layer: 'Dense',
        name: 'da',
        units: 5,
        activation: 'relu',
        useBias: true,
        kernelInitializer: { initializer: 'GlorotUniform' },
        biasInitializer: { initializer: 'Zeros' },
      },
      calls: [{ inputs: ['age_feats', 0, 0] }],
    })
    expect(spec.layers[4]!.calls).toEqual([
      {
        inputs: [
          ['da', 0, 0],
          ['db', 0, 0],
        ],
        args: [],
      },
    ])
  })

  it('a model within a model, called twice', () => {
    const spec = fromKeras(models.nested_shared_a) as FunctionalSpec
    const block = spec.layers[1]!
    expect(block.spec).toMatchObject({
      model: 'Sequential',
      name: 'block',
      layers: [{ layer: 'Input', shape: [4] }, { layer: 'Dense' }, { layer: 'BatchNormalization' }],
    })
    expect(block.calls).toEqual([{ inputs: ['input_layer_1', 0, 0] }, { inputs: ['block', 0, 0] }])
    expect(spec.layers[2]!.calls[0]!.inputs).toEqual(['block', 1, 0])
  })

  it('a Sequential with a wrapper', () => {
    const { layers } = fromKeras(models.gru_conv_a) as SequentialSpec
    expect(layers[0]).toEqual({ layer: 'Input', name: 'input_layer', shape: [9, 3] })
    expect(layers[1]).toMatchObject({ layer: 'Conv1D', kernelSize: [3], padding: 'causal', dataFormat: 'channelsLast' })
    expect(layers[2]).toMatchObject({
      layer: 'Bidirectional',
      inner: { layer: 'GRU', units: 3, resetAfter: true },
      backwardLayer: { goBackwards: true },
    })
  })

  it('the options of compile', () => {
    expect(compileFromKeras(models.nested_shared_a)).toEqual({
      optimizer: {
        optimizer: 'Adam',
        name: 'adam',
        learningRate: 0.019999999552965164,
        useEma: false,
        emaMomentum: 0.99,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-7,
        amsgrad: true,
      },
      loss: 'mse',
      metrics: ['mae'],
    })
    expect(compileFromKeras({ class_name: 'Sequential', config: {}, compile_config: {} })).toBeUndefined()
  })

  it('a Sequential without an InputLayer gets one from the shape it was built with', () => {
    const dense = layer('Dense', { units: 1 })
    const spec = (config: object, more: object = {}) =>
      fromKeras({ module: 'keras', class_name: 'Sequential', config: { layers: [dense], ...config }, ...more })
    const built = {
      model: 'Sequential',
      layers: [
        { layer: 'Input', shape: [7] },
        { layer: 'Dense', units: 1 },
      ],
    }
    expect(spec({ build_input_shape: [null, 7] })).toEqual(built)
    expect(spec({}, { build_config: { input_shape: [null, 7] } })).toEqual(built)
    expect(spec({ trainable: false })).toEqual({
      model: 'Sequential',
      trainable: false,
      layers: [{ layer: 'Dense', units: 1 }],
    })
  })

  it('inputs and outputs by name', () => {
    const spec = fromKeras(functional([], { a: ['in', 0, 0] }, { y: ['d', 0, 1] })) as FunctionalSpec
    expect([spec.inputs, spec.outputs]).toEqual([{ a: ['in', 0, 0] }, { y: ['d', 0, 1] }])
  })
})

describe('single objects', () => {
  it.each([
    [
      {
        module: 'keras.initializers',
        class_name: 'VarianceScaling',
        config: { mode: 'fan_out', distribution: 'truncated_normal', seed: null },
      },
      { initializer: 'VarianceScaling', mode: 'fanOut', distribution: 'truncatedNormal' },
    ],
    [
      {
        module: 'keras.src.backend.torch.optimizers.torch_adam',
        class_name: 'Adam',
        config: { clipnorm: 1, global_clipnorm: null, clipvalue: 0.5, beta_1: 0.8 },
      },
      { optimizer: 'Adam', clipNorm: 1, clipValue: 0.5, beta1: 0.8 },
    ],
    [
      {
        module: 'keras.optimizers',
        class_name: 'SGD',
        config: {
          global_clipnorm: 2,
          learning_rate: {
            module: 'keras.optimizers.schedules',
            class_name: 'ExponentialDecay',
            config: { decay_steps: 3, name: 'ExponentialDecay' },
          },
        },
      },
      { optimizer: 'SGD', globalClipNorm: 2, learningRate: { schedule: 'ExponentialDecay', decaySteps: 3 } },
    ],
    [
      {
        module: 'keras.losses',
        class_name: 'MeanSquaredError',
        config: { reduction: 'sum_over_batch_size', name: 'mean_squared_error' },
      },
      { loss: 'MeanSquaredError', reduction: 'sumOverBatchSize', name: 'mean_squared_error' },
    ],
    [
      { module: 'keras.losses', class_name: 'MeanSquaredError', config: { reduction: null } },
      { loss: 'MeanSquaredError', reduction: 'none' },
    ],
    [
      { module: 'keras.metrics', class_name: 'AUC', config: { dtype: 'float32', num_thresholds: 20 } },
      { metric: 'AUC', numThresholds: 20 },
    ],
    [
      { module: 'keras.regularizers', class_name: 'L2', config: { l2: 0.1 } },
      { regularizer: 'L2', l2: 0.1 },
    ],
    [
      { module: 'keras.src.constraints.constraints', class_name: 'MaxNorm', config: { max_value: 2 } },
      { constraint: 'MaxNorm', maxValue: 2 },
    ],
    [
      { module: 'keras.callbacks', class_name: 'EarlyStopping', config: { start_from_epoch: 2 } },
      { callback: 'EarlyStopping', startFromEpoch: 2 },
    ],
    [
      layer('Dense', { dtype: policy('float32'), activation: 'hard_sigmoid', trainable: true, name: 'my_dense' }),
      { layer: 'Dense', activation: 'hard_sigmoid', name: 'my_dense' },
    ],
    [
      layer('Dense', { dtype: policy('float64'), trainable: false, quantization_config: null }),
      { layer: 'Dense', dtype: 'float64', trainable: false },
    ],
    [layer('Dense', { dtype: policy('mixed_float16') }), { layer: 'Dense', dtype: 'mixedFloat16' }],
    [layer('BatchNormalization', { synchronized: false }), { layer: 'BatchNormalization' }],
    [
      layer('MultiHeadAttention', { num_heads: 2, key_dim: 3, use_gate: false, sliding_window: null, seed: 3 }),
      { layer: 'MultiHeadAttention', numHeads: 2, keyDim: 3, useGate: false, seed: 3 },
    ],
    [
      layer('StringLookup', { sparse: false, mask_token: null, output_mode: 'multi_hot' }),
      { layer: 'StringLookup', sparse: false, outputMode: 'multiHot' },
    ],
    [
      layer('Bidirectional', { layer: layer('GRU', { units: 2 }), merge_mode: null, backward_layer: null }),
      { layer: 'Bidirectional', inner: { layer: 'GRU', units: 2 }, mergeMode: 'none' },
    ],
    [layer('Bidirectional', { merge_mode: 'ave' }), { layer: 'Bidirectional', mergeMode: 'ave' }],
    [layer('LSTM', { units: 2, implementation: 2, time_major: false }), { layer: 'LSTM', units: 2 }],
    [
      layer('InputLayer', { batch_shape: [null, null, 3], dtype: 'int64', name: 'i' }),
      { layer: 'Input', name: 'i', shape: [null, 3], dtype: 'int32' },
    ],
    [layer('Swish', { beta: 2 }, { module: 'acme.layers', registered_name: 'acme>Swish' }), undefined],
    [{ module: 'builtins', class_name: 'function', config: 'mse', registered_name: 'function' }, 'mse'],
  ])('%j', (object, expected) => {
    if (expected === undefined)
      expect(() => fromKeras(object)).toThrow('The class acme>Swish of the module acme.layers')
    else expect(fromKeras(object)).toEqual(expected)
  })

  it('options that are not translated are kept, so that building the layer reports them', () => {
    expect(fromKeras(layer('BatchNormalization', { synchronized: true }))).toEqual({
      layer: 'BatchNormalization',
      synchronized: true,
    })
    expect(fromKeras(layer('Dense', { quantization_config: { mode: 'int8' } }))).toEqual({
      layer: 'Dense',
      quantizationConfig: { mode: 'int8' },
    })
  })

  it('the kind of other classes follows from the option that has them', () => {
    const own = { module: 'acme.nn', class_name: 'Swish', config: { beta: 2 }, registered_name: 'acme>Swish' }
    const { layers } = fromKeras({
      module: 'keras',
      class_name: 'Sequential',
      config: { layers: [own] },
    }) as SequentialSpec
    expect(layers).toEqual([{ layer: 'acme/Swish', beta: 2 }])
    const dense = fromKeras(layer('Dense', { kernel_initializer: own })) as LayerSpec
    expect(dense['kernelInitializer']).toEqual({ initializer: 'acme/Swish', beta: 2 })
  })

  it('Python lambdas are refused in each form in which Keras saves them', () => {
    const code = ['4wEAAAAAAAAAAAAAAAEAAAATAAAA8wYAAACXAHwAUwCp', null, null]
    expect(() => fromKeras(layer('Dense', { units: 2, activation: { value: code } }))).toThrow(
      'Dense.activation is a Python lambda',
    )
    expect(() => fromKeras(layer('Lambda', { function: code, function_type: 'lambda' }))).toThrow(
      'Lambda.function is a Python lambda',
    )
    expect(() => fromKeras([code])).toThrow('The Keras config holds a Python lambda')
  })

  it('functions that were registered in Python keep their package', () => {
    const named = (name: string) => ({ module: 'builtins', class_name: 'function', config: name })
    expect(fromKeras(layer('Lambda', { function: named('acme>double'), arguments: {} }))).toEqual({
      layer: 'Lambda',
      function: 'acme/double',
      arguments: {},
    })
  })

  it.each(['TFSMLayer', 'FlaxLayer', 'JaxLayer', 'TorchModuleWrapper'])('%s calls another framework', (name) => {
    expect(() => fromKeras(layer(name, {}))).toThrow(`The layer ${name} calls a`)
  })

  it('objects without a counterpart are refused', () => {
    expect(() =>
      fromKeras(layer('Lambda', { function: { class_name: '__lambda__', config: { code: '...' } } })),
    ).toThrow('Lambda.function is a Python lambda, which Keras saves as byte code of Python, and that cannot run here.')
    expect(() =>
      fromKeras({ module: 'acme', class_name: 'MyModel', config: {}, registered_name: 'acme>MyModel' }),
    ).toThrow('none of Keras')
    expect(() => fromKeras({ module: 'keras', class_name: 'Model', config: {} })).toThrow('is a Python subclass')
    expect(() => fromKeras(layer('InputLayer', {}))).toThrow('An InputLayer has the batch_shape')
  })
})
