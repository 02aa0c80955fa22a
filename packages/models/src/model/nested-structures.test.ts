import { input } from '@gradus/core'
import { Dense } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { MeanAbsoluteError } from '@gradus/metrics'
import { SGD } from '@gradus/optimizers'
import { add, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import * as backends from '../../../../tests/all-backends.ts'
import { Model } from './model.ts'

/** A model whose inputs and outputs are in objects and lists within objects. */
function nested() {
  const [a, b, c] = [input({ shape: [2] }), input({ shape: [2] }), input({ shape: [2] })]
  const sum = add(add(a, b), c)
  const dense = (name: string, units: number) => new Dense({ units, name, kernelInitializer: 'ones' }).call(sum)
  const model = new Model({
    inputs: { left: { a, b }, right: [c] },
    outputs: { main: [dense('first', 1), dense('second', 2)], extra: { sum } },
  })
  model.compile({
    optimizer: new SGD({ learningRate: 0.01 }),
    loss: { first: new MeanSquaredError(), second: new MeanSquaredError(), sum: new MeanSquaredError() },
    lossWeights: { first: 1, second: 0.5, sum: 0 },
    metrics: { first: [new MeanAbsoluteError()] },
  })
  return model
}

const x = { left: { a: [[1, 2]], b: [[3, 4]] }, right: [[[0, 1]]] } as never
const y = { main: [[[10]], [[11, 13]]], extra: { sum: [[4, 6]] } } as never

describe.each([
  ['cpu', backends.cpu],
  ['wasm', backends.wasm],
] as const)('nested inputs and outputs on %s', (_, backend) => {
  beforeAll(async () => {
    await useBackend(await backend())
  })

  it('are predicted in their structure', async () => {
    const outputs = await nested().predictAll<{ main: [Tensor, Tensor]; extra: { sum: Tensor } }>(x)
    expect(await outputs.main[1].array()).toEqual([[11, 11]])
    expect(await outputs.extra.sum.array()).toEqual([[4, 7]])
    const tensors = { left: { a: tensor([[1, 2]]), b: tensor([[3, 4]]) }, right: [tensor([[0, 1]])] }
    const again = await nested().predictAll<typeof outputs>(tensors as never)
    expect(await again.main[0].array()).toEqual([[11]])
  })

  it('are trained, with weights of losses, and evaluated', async () => {
    const model = nested()
    const logs = await model.evaluate(x, y, { verbose: 0 })
    // (11 - 10)^2 + 0.5 * ((11 - 11)^2 + (11 - 13)^2) / 2 + 0
    expect(logs).toEqual({ loss: 2, first_loss: 1, first_mean_absolute_error: 1, second_loss: 2, sum_loss: 0.5 })
    const { history } = await model.fit(x, y, { epochs: 2, verbose: 0 })
    expect(history.loss![1]!).toBeLessThan(2)
    async function* batches() {
      yield await Promise.resolve({ x, y })
    }
    expect(
      Object.keys(await model.evaluate({ [Symbol.asyncIterator]: batches } as never, { verbose: 0 })),
    ).toHaveLength(5)
    // the names of the leaves in one object are understood, too
    const flat = await nested().evaluate(
      { a: [[1, 2]], b: [[3, 4]], input_layer_2: [[0, 1]] },
      { first: [[10]], second: [[11, 13]], sum: [[4, 6]] },
      { verbose: 0 },
    )
    expect(flat['loss']).toBe(2)
  })

  it('have losses and metrics in their structure', async () => {
    const model = nested()
    const mse = new MeanSquaredError()
    model.compile({
      optimizer: new SGD(),
      loss: { main: [mse, mse], extra: { sum: mse } },
      metrics: { main: [[new MeanAbsoluteError()], []], extra: { sum: [] } },
    } as never)
    expect(await model.evaluate(x, y, { verbose: 0 })).toEqual({
      loss: 3.5,
      first_loss: 1,
      first_mean_absolute_error: 1,
      second_loss: 2,
      sum_loss: 0.5,
    })
  })
})
