import { cpu } from '@gradus/backend-cpu'
import { type FunctionalSpec, leavesOf, type ModelSpec, Registry } from '@gradus/core'
import { fromKeras } from '@gradus/io'
import { activations, layers } from '@gradus/layers'
import { type DType, type Operation, type Tensor, tensor, useBackend } from '@gradus/tensor'
import * as ops from '@gradus/tensor/ops'
import { beforeAll, describe, expect, it } from 'vitest'
import { fromSpec } from './from-spec.ts'
import type { Model } from './model.ts'
import calls from './recorded/keras-calls.json' with { type: 'json' }
import further from './recorded/keras-further-operations.json' with { type: 'json' }
import operations from './recorded/keras-operations.json' with { type: 'json' }

beforeAll(() => useBackend(cpu()))

const allOperations = Object.values<unknown>(ops).filter(
  (value): value is Operation => (value as { kind?: string }).kind === 'operation',
)
const registry = new Registry([...Object.values(layers), ...Object.values(activations), ...allOperations])

interface Recorded {
  readonly shape: readonly number[]
  readonly dtype: string
  readonly data: readonly (number | boolean | string)[]
}

const toTensor = ({ shape, dtype, data }: Recorded): Tensor =>
  tensor(data.map(Number), { shape, dtype: dtype as DType })

/** The model of a recorded config, with the recorded weights. */
async function modelOf(config: unknown, weights: readonly Recorded[]): Promise<Model> {
  const model = fromSpec(fromKeras(config) as ModelSpec, registry)
  await model.setWeights(weights.map(toTensor))
  return model
}

function expectOutputs(
  model: Model,
  { inputs, outputs }: { inputs: readonly Recorded[]; outputs: readonly Recorded[] },
) {
  const found = leavesOf(model.callAll(inputs.map(toTensor))) as Tensor[]
  const names = (model.toSpec() as FunctionalSpec).outputs as readonly unknown[]
  expect(found.length).toBe(outputs.length)
  found.forEach((output, index) => {
    const { shape, dtype, data } = outputs[index]!
    const title = `output ${index}, ${String(names[index])}`
    expect([...output.shape], title).toEqual(shape)
    expect(output.dtype, title).toBe(dtype)
    const largest = Math.max(...data.map((value) => Math.abs(Number(value))).filter(Number.isFinite), 0.01)
    ;[...output.dataSync()].forEach((value, position) => {
      const expected = Number(data[position])
      const bound = 1e-5 * Math.max(Math.abs(expected), 0.1 * largest)
      const agrees = Object.is(value, expected) || Math.abs(value - expected) <= bound
      expect(agrees, `${title} at ${position}: ${value}, in Keras ${expected}`).toBe(true)
    })
  })
}

describe('models that Keras has saved give the same numbers', () => {
  it.each(operations.cases)('with operations between layers: $name', async ({ model, weights, ...values }) => {
    const built = await modelOf(model, weights)
    expectOutputs(built, values)
    expectOutputs(fromSpec(JSON.parse(JSON.stringify(built.toSpec())) as ModelSpec, registry), values)
  })

  it.each(further.cases)('with operations that models seldom hold: $name', async ({ model, weights, ...values }) => {
    expectOutputs(await modelOf(model, weights), values)
  })

  it.each(calls.cases)('with calls of all kinds: $name', async ({ model, weights, ...values }) => {
    expectOutputs(await modelOf(model, weights), values)
  })
})
