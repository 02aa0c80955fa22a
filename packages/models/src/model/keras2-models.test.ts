import { cpu } from '@gradus/backend-cpu'
import { type AnyDefinition, type ModelSpec, Registry } from '@gradus/core'
import { compileFromKeras, fromKeras } from '@gradus/io'
import { activations, initializers, layers, regularizers } from '@gradus/layers'
import { type Operation, tensor, useBackend } from '@gradus/tensor'
import * as ops from '@gradus/tensor/ops'
import { beforeAll, expect, it } from 'vitest'
import { fromSpec } from './from-spec.ts'
import recorded from './recorded/keras2-models.json' with { type: 'json' }

beforeAll(() => useBackend(cpu()))

const allOperations = Object.values<unknown>(ops).filter(
  (value): value is Operation => (value as { kind?: string }).kind === 'operation',
)
const kinds = [layers, activations, initializers, regularizers]
const registry = new Registry([...kinds.flatMap((kind) => Object.values<AnyDefinition>(kind)), ...allOperations])

/** A case as HDF5 files hold it: configs are texts. */
const fileOf = ({ config, training }: { config: unknown; training: unknown }) => ({
  keras_version: recorded.keras,
  model_config: JSON.stringify(config),
  ...(training !== null && { training_config: JSON.stringify(training) }),
})

it.each(recorded.cases)('a model of Keras 2 gives the same numbers: $name', async (model) => {
  const built = fromSpec(fromKeras(fileOf(model)) as ModelSpec, registry)
  const host = ({ shape, data }: { shape: readonly number[]; data: readonly number[] }) => tensor(data, { shape })
  await built.setWeights(model.weights.map(host))
  const inputs = model.inputs.map(host)
  const output = built.call(inputs.length === 1 ? inputs[0]! : inputs)
  expect([...output.shape]).toEqual(model.output.shape)
  const values = [...output.dataSync()]
  model.output.data.forEach((expected, index) => expect(values[index]).toBeCloseTo(expected, 5))
})

it('the options of compile of Keras 2', () => {
  const [cnn, rnn, nest] = recorded.cases.map((model) => compileFromKeras(fileOf(model)))
  expect(cnn).toMatchObject({ optimizer: { optimizer: 'Adam', beta1: 0.9 }, metrics: ['accuracy'] })
  expect(rnn).toMatchObject({
    // the option decay of the optimizer
    optimizer: { learningRate: { schedule: 'InverseTimeDecay', decaySteps: 1, decayRate: 0.001 } },
    loss: { loss: 'SparseCategoricalCrossentropy', fromLogits: true },
    metrics: [{ metric: 'SparseCategoricalAccuracy' }, { metric: 'mean_absolute_error', name: 'mae' }],
  })
  expect(nest).toMatchObject({ optimizer: { optimizer: 'SGD' }, loss: 'mean_squared_error' })
})
