import type { FunctionalSpec } from '@gradus/core'
import { describe, expect, it, vi } from 'vitest'
import { compileFromKeras, fromKeras } from './from-keras.ts'
import { compileToKeras, toKeras } from './to-keras.ts'
import { kerasObject } from './to-names.ts'

const outline = {
  type: 'Functional',
  name: 'f',
  isModel: true,
  isSubclass: false,
  weights: [],
  inputs: [],
  results: new Map(),
  sublayers: [],
}
/** The config of a graph with operations one after the other. */
function written(...operations: (readonly [name: string, operation: string, args: readonly unknown[]])[]) {
  const nodes = operations.map(([name, operation, args], index) => ({
    name,
    spec: { layer: 'Operation', operation, args, name },
    calls: [{ inputs: [[index === 0 ? 'x' : operations[index - 1]![0], 0, 0]] as never }],
  }))
  const spec: FunctionalSpec = {
    model: 'Functional',
    layers: [{ name: 'x', spec: { layer: 'Input', shape: [3] }, calls: [] }, ...nodes],
    inputs: ['x', 0, 0],
    outputs: [operations.at(-1)![0], 0, 0],
  }
  const { config } = toKeras(spec, outline) as { config: { layers: Record<string, never>[]; output_layers: unknown } }
  return config
}

describe('what Keras reads', () => {
  it('has no slashes in names', () => {
    const { layers, output_layers: outputs } = written(
      ['op/1', 'neg', [{ input: 0 }]],
      ['op_1', 'neg', [{ input: 0 }]],
      ['op', 'abs', [{ input: 0 }]],
    )
    expect(layers.map(({ name }) => name)).toEqual(['x', 'op_1_1', 'op_1', 'op'])
    expect(layers[2]!['inbound_nodes']).toMatchObject([{ args: [{ config: { keras_history: ['op_1_1', 0, 0] } }] }])
    expect(outputs).toEqual(['op', 0, 0])
  })

  const slice = (start: number, stop: number | null, step: number | null = null) => ({
    class_name: '__slice__',
    config: { start, stop, step },
  })
  it.each([
    [
      'a size',
      [
        [0, 1],
        [-1, 2],
      ],
      [slice(0, null), slice(1, 3)],
    ],
    [
      'a start from the end',
      [
        [0, -2],
        [-1, 2],
      ],
      [slice(0, null), slice(-2, null)],
    ],
    [
      'steps',
      [
        [0, 1],
        [-1, 2],
        [1, 3],
      ],
      [slice(0, null), slice(1, 5, 3)],
    ],
    ['nothing', [[]], [{ class_name: '__ellipsis__', config: {} }]],
  ])('has slices with %s as GetItem', (_, args, keys) => {
    const [, layer] = written(['s', 'slice', [{ input: 0 }, ...args]]).layers
    expect(layer).toMatchObject({ class_name: 'GetItem', inbound_nodes: [{ args: [{}, keys] }] })
  })

  it.each([
    ['gather', [{ input: 0 }, { input: 0 }, { axis: 1 }], 'numpy.Take', { axis: 1 }],
    ['split', [{ input: 0 }, [1, 2], -1], 'numpy.Split', { indices_or_sections: [1], axis: -1 }],
    ['norm', [{ input: 0 }, { axis: 1, keepDims: true }], 'linalg.Norm', { axis: 1, keepdims: true }],
    ['einsum', ['ab,ab->a', { input: 0 }, { input: 0 }], 'numpy.Einsum', { subscripts: 'ab,ab->a' }],
    ['moments', [{ input: 0 }, { axis: [1] }], 'nn.Moments', { axes: [1] }],
    [
      'pad',
      [
        { input: 0 },
        [
          [0, 0],
          [1, 2],
        ],
        { mode: 'constant', value: 2 },
      ],
      'numpy.Pad',
      { mode: 'constant' },
    ],
  ])('has the operation %s', (operation, args, place, config) => {
    const [, layer] = written(['op', operation, args]).layers
    const [module, className] = place.split('.')
    expect(layer).toMatchObject({ module: `keras.src.ops.${module}`, class_name: className, config })
  })

  it('has names of classes and abbreviations as they are', () => {
    expect(compileToKeras({ optimizer: 'adam', loss: 'meanSquaredError', metrics: ['AUC', 'mae'] })).toMatchObject({
      loss: 'mean_squared_error',
      metrics: ['AUC', 'mae'],
    })
  })

  it('has maps of optimizers in a MultiOptimizer', () => {
    const map = { optimizer: 'OptimizerMap', defaultOptimizer: { optimizer: 'SGD' }, optimizerMap: {} }
    expect(compileToKeras({ optimizer: map })['optimizer']).toMatchObject({
      class_name: 'MultiOptimizer',
      config: { optimizer_map: { class_name: 'OptimizerMap', config: { default_optimizer: { class_name: 'SGD' } } } },
    })
  })

  it('has the modules of classes that Keras does not export, and says which classes it does not have', () => {
    expect(kerasObject('layer', 'LayerScale', {})).toMatchObject({ module: 'keras.src.applications.convnext' })
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    kerasObject('optimizer', 'RAdam', {})
    expect(String(warn.mock.calls)).toContain('Keras has no optimizer RAdam')
    warn.mockRestore()
  })
})

describe('what Keras wrote', () => {
  const dense = (dtype: string) => ({
    module: 'keras.layers',
    class_name: 'Dense',
    config: { units: 1, dtype: { module: 'keras', class_name: 'DTypePolicy', config: { name: dtype } } },
  })

  it('has policies with counterparts', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    expect(fromKeras(dense('bfloat16'))).toEqual({ layer: 'Dense', units: 1 })
    expect(fromKeras(dense('float16'))).toEqual({ layer: 'Dense', units: 1, dtype: 'mixedFloat16' })
    expect(warn).toHaveBeenCalledTimes(2)
    expect(String(warn.mock.calls)).toContain('the dtype policy bfloat16, which is not known here')
    warn.mockRestore()
  })

  it('keeps an optimizer without a loss scale, also for layers in float16', () => {
    const model = { ...dense('mixed_float16'), config: { ...dense('mixed_float16').config, compile_config: {} } }
    const saved = { ...model, compile_config: { optimizer: 'sgd' } }
    expect(compileFromKeras(saved)).toBeDefined()
  })

  it('has the options of moving averages in HDF5 files', () => {
    const config = { learning_rate: 0.1, use_ema: true, ema_overwrite_frequency: 2 }
    const training_config = { optimizer_config: { class_name: 'SGD', config } }
    const model_config = { class_name: 'Sequential', config: { name: 's', layers: [] } }
    expect(compileFromKeras({ keras_version: '3.10.0', model_config, training_config })).toMatchObject({
      optimizer: { useEma: true, emaOverwriteFrequency: 2 },
    })
  })
})
