import { describe, expect, it } from 'vitest'
import * as gradus from './index.ts'

const { callbacks, constraints, initializers, layers, losses, metrics, optimizers, regularizers, schedules } = gradus

describe('the namespaces of classes', () => {
  it('hold the base classes, as in Keras', () => {
    expect([layers.Layer, losses.Loss, metrics.Metric]).toEqual([gradus.Layer, gradus.Loss, gradus.Metric])
    expect([callbacks.Callback, optimizers.Optimizer]).toEqual([gradus.Callback, gradus.Optimizer])
    expect(initializers.Initializer).toBe(gradus.Initializer)
    expect(regularizers.Regularizer).toBe(gradus.Regularizer)
    expect(constraints.Constraint).toBe(gradus.Constraint)
    expect([schedules.Schedule, optimizers.schedules.Schedule]).toEqual([gradus.Schedule, gradus.Schedule])
    expect(optimizers.schedules.CosineDecay).toBe(gradus.CosineDecay)
    expect(layers.RecurrentCell).toBe(gradus.RecurrentCell)
  })

  it('leave the base classes out of the registry', () => {
    expect(gradus.standard.definitions).not.toContain(gradus.Layer as never)
    expect(gradus.standard.find('layer', 'Dense')).toBe(layers.Dense)
  })
})

describe('functions of merging layers', () => {
  it('merge the symbolic tensors of a model', () => {
    const [a, b] = [gradus.input({ shape: [3] }), gradus.input({ shape: [3] })]
    const { add, average, concatenate, dot, maximum, minimum, multiply, subtract } = layers
    const merged = [add, average, maximum, minimum, multiply, subtract].map((merge) => merge([a, b]))
    const outputs = [...merged, concatenate([a, b]), dot([a, b], { axes: 1 })]
    const model = new gradus.Model({ inputs: [a, b], outputs })
    expect(outputs.map(({ shape }) => shape[1])).toEqual([3, 3, 3, 3, 3, 3, 6, 1])
    expect(model.layers.map(({ type }) => type).slice(2)).toEqual([
      'Add',
      'Average',
      'Maximum',
      'Minimum',
      'Multiply',
      'Subtract',
      'Concatenate',
      'Dot',
    ])
    expect(add([a, b], { name: 'both' })).toBeInstanceOf(gradus.SymbolicTensor)
  })
})

describe('a layer of numbers in a pipeline', () => {
  it('takes the arrays of batches as tensors', async () => {
    const normalize = new gradus.Normalization({ mean: 1, variance: 4 })
    const data = await gradus.fromArrays({ x: [[1], [5]], y: [0, 1] })
    const changed = data
      .batch(2)
      .map(({ x, y }) => ({ x: normalize.call(gradus.tensor(x as gradus.HostArray)), y: y as gradus.HostArray }))
    const { value } = await changed[Symbol.asyncIterator]().next()
    expect(value?.x).toMatchObject({ shape: [2, 1], data: new Float32Array([0, 2]) })
  })
})
