import { cpu } from '@gradus/backend-cpu'
import { type CallbackHooks, DivergenceError } from '@gradus/core'
import { decodeModel } from '@gradus/io'
import { Dense, RNN, SimpleRNNCell } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { SGD } from '@gradus/optimizers'
import { useBackend } from '@gradus/tensor'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Sequential } from '../model/sequential.ts'
import type { CompileOptions } from '../objective/compile-options.ts'
import { batchesOf, each, quiet, stopClock, watch, x, y } from '../testing/regression.ts'
import type { FitOptions } from './fit-options.ts'

beforeEach(() => useBackend(cpu()))
afterEach(() => vi.restoreAllMocks())

describe('a failure', () => {
  // one sample is so large that the first layer overflows; which batch has it depends on the order
  const large = x.map((row, i) => (i === 13 ? [3e38, 3e38, 3e38] : row))
  const relu = (options: Partial<CompileOptions> = {}) => {
    const kernelInitializer = 'ones' as const
    const layers = [
      new Dense({ units: 4, activation: 'relu', inputShape: [3], name: 'first', kernelInitializer }),
      new Dense({ units: 2, name: 'second' }),
    ]
    const model = new Sequential(layers, { seed: 2 })
    const optimizer = new SGD({ learningRate: 0.001, momentum: 0.5 })
    model.compile({ optimizer, loss: new MeanSquaredError(), ...options } as CompileOptions<never>)
    return model
  }
  const fail = async (model: Sequential, options: FitOptions) => {
    const error = await model.fit(large, y, { ...quiet, ...options }).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(DivergenceError)
    const weights = (await model.getWeights()).map(({ data }) => [...data])
    const { message, epoch, step, layer } = error as DivergenceError
    return { message, epoch, step, layer, weights }
  }

  it.each([true, false, 'batch'] as const)(
    'in the middle of many steps names the same, shuffle %s',
    async (shuffle) => {
      stopClock()
      for (const batchSize of [2, 5, 64]) {
        const options = { shuffle, batchSize }
        const expected = await fail(relu(), { ...options, callbacks: [each] })
        expect(expected.layer).toBe('first')
        const { backend, log } = watch()
        await useBackend(backend)
        expect(await fail(relu(), options)).toEqual(expected)
        if (batchSize === 2 && !shuffle) expect([expected.step, log.steps]).toEqual([6, [1, 1, 8]])
        await useBackend(cpu())
      }
    },
  )

  it('leaves the step count at the failed step, so that training continues from there', async () => {
    const go = async (callbacks: CallbackHooks[]) => {
      const model = relu()
      await fail(model, { shuffle: true, batchSize: 2, callbacks })
      const { steps } = decodeModel(await model.toBytes()).header
      return { steps, history: (await model.fit(x, y, { ...quiet, epochs: 2 })).history }
    }
    expect(await go([])).toEqual(await go([each]))
  })

  it('is found at the end of an epoch of a dataset', async () => {
    const expected = await fail(relu(), { shuffle: false, batchSize: 4 })
    const model = relu()
    const error = await model.fit(batchesOf(large, 4), { verbose: 0 }).catch((e: unknown) => e)
    const { step, layer } = error as DivergenceError
    expect({ step, layer }).toEqual({ step: expected.step, layer: expected.layer })
  })

  it('in a recurrent layer with stacked cells names the layer', async () => {
    const steps = large.map((row) => row.map((value) => [value]))
    const cell = [
      new SimpleRNNCell({ units: 2, activation: 'relu' }),
      new SimpleRNNCell({ units: 2, activation: 'relu' }),
    ]
    const model = new Sequential([new RNN({ cell, name: 'cells', inputShape: [3, 1] }), new Dense({ units: 2 })])
    model.compile({ optimizer: new SGD(), loss: new MeanSquaredError() })
    await expect(
      model.fit(
        steps,
        y.map(() => [3e38, 3e38]),
        quiet,
      ),
    ).rejects.toBeInstanceOf(DivergenceError)
  })
})
