import { cpu } from '@gradus/backend-cpu'
import type { CallbackHooks } from '@gradus/core'
import { Dense } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { SGD } from '@gradus/optimizers'
import { memory, useBackend } from '@gradus/tensor'
import { beforeEach, describe, expect, it } from 'vitest'
import { Sequential } from '../model/sequential.ts'
import { quiet, regression, x, y } from '../testing/regression.ts'

beforeEach(() => useBackend(cpu()))

const compiled = (model: Sequential, jit: boolean) => {
  model.compile({ optimizer: new SGD({ learningRate: 0.01 }), loss: new MeanSquaredError(), jit })
  return model.build()
}

describe.each([true, false])('variables that are replaced outside of a loop, jit %s', (jit) => {
  const nested = () => {
    const part = new Sequential([new Dense({ units: 4, inputShape: [3] })], { seed: 1 })
    return { part, whole: compiled(new Sequential([part, new Dense({ units: 2 })], { seed: 2 }), jit) }
  }
  const hooks: (keyof CallbackHooks)[] = ['onEpochBegin', 'onTrainBatchBegin', 'onTrainBatchEnd', 'onEpochEnd']

  it.each(hooks)('are used from the next step on when a nested model gets weights in %s', async (hook) => {
    const { part, whole } = nested()
    const weights = await part.getWeights()
    const others: unknown[] = []
    const set = async () => {
      await part.setWeights(weights)
      others.push((await whole.getWeights()).at(-1)!.data)
    }
    await whole.fit(x, y, { ...quiet, epochs: 2, callbacks: [{ [hook]: set }] })
    expect(String(others.at(-1))).not.toBe(String(others[0]))
    if (hook.endsWith('End')) expect(await part.getWeights()).toEqual(weights)
  })

  it('are used between two iterations of steps', async () => {
    const { part, whole } = nested()
    const weights = await part.getWeights()
    for await (const _step of whole.steps(x, y, { batchSize: 4, every: 1 })) await part.setWeights(weights)
    expect(await part.getWeights()).toEqual(weights)
  })

  it('stay when the hook then throws', async () => {
    const { part, whole } = nested()
    const weights = await part.getWeights()
    const onTrainBatchEnd = async () => {
      await part.setWeights(weights)
      throw new Error('thrown')
    }
    await expect(whole.fit(x, y, { ...quiet, callbacks: [{ onTrainBatchEnd }] })).rejects.toThrow('thrown')
    expect(await part.getWeights()).toEqual(weights)
  })

  it.each([true, false])('may be trained by another model with the same layers, jit %s', async (otherJit) => {
    const { part, whole } = nested()
    const other = compiled(new Sequential([part, new Dense({ units: 2 })], { seed: 3 }), otherJit)
    const fitOther = { onTrainBatchEnd: async () => void (await other.fit(x, y, quiet)) }
    await whole.fit(x, y, { ...quiet, callbacks: [fitOther] })
    const { buffers } = memory()
    await whole.fit(x, y, { ...quiet, epochs: 2, callbacks: [fitOther] })
    expect(memory().buffers).toBeLessThanOrEqual(buffers)
  })

  it('may be trained by trainOnBatch in a hook and between iterations', async () => {
    const [hooked, looped] = [regression({ jit }), regression({ jit })]
    await hooked.fit(x, y, {
      ...quiet,
      callbacks: [{ onTrainBatchEnd: async () => void (await hooked.trainOnBatch(x, y)) }],
    })
    for await (const _step of looped.steps(x, y, { batchSize: quiet.batchSize, every: 1 }))
      await looped.trainOnBatch(x, y)
    expect(await looped.getWeights()).toEqual(await hooked.getWeights())
  })
})

describe('a failure after a hook that changed the model', () => {
  const large = y.map((row, i) => (i === 13 ? [3e38, 3e38] : row))
  const fit = (callbacks: CallbackHooks[]) => regression().fit(x, large, { ...quiet, shuffle: false, callbacks })

  it.each<[string, CallbackHooks]>([
    ['the learning rate', { onTrainBatchEnd: ({ model }) => void (model.learningRate = 0.02) }],
    ['the weights', { onTrainBatchEnd: async ({ model }) => model.setWeights(await model.getWeights()) }],
  ])('is reported when it sets %s', async (_, callback) => {
    const expected = await fit([]).catch((error: unknown) => error)
    expect(expected).toMatchObject({ name: 'DivergenceError' })
    await expect(fit([callback])).rejects.toThrow((expected as Error).message)
  })

  it('is reported with its step when it calls trainOnBatch', async () => {
    const expected = await fit([]).catch((error: unknown) => error)
    const model = regression()
    const train = { onTrainBatchEnd: async () => void (await model.trainOnBatch(x, y)) }
    await expect(model.fit(x, large, { ...quiet, shuffle: false, callbacks: [train] })).rejects.toThrow(
      (expected as Error).message,
    )
  })
})
