import { cpu } from '@gradus/backend-cpu'
import { type CallbackContext, type CallbackHooks, Metric } from '@gradus/core'
import { BatchNormalization, Dense, Dropout } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { MeanAbsoluteError } from '@gradus/metrics'
import { Adam, SGD } from '@gradus/optimizers'
import { add, type Backend, concat, full, mean, type Tensor, useBackend } from '@gradus/tensor'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Sequential } from '../model/sequential.ts'
import { each, quiet, regression, size, stopClock, watch, x, y } from '../testing/regression.ts'
import type { FitOptions } from './fit-options.ts'

beforeEach(() => useBackend(cpu()))
afterEach(() => vi.restoreAllMocks())

const total = (list: readonly number[]) => list.reduce((a, b) => a + b, 0)

describe('fit without callbacks that follow every batch', () => {
  it('runs many steps at once, and one program for the smaller batch', async () => {
    stopClock()
    const { backend, log } = watch()
    await useBackend(backend)
    const model = regression()
    await model.fit(x, y, { ...quiet, epochs: 3 })
    // the first step is not measured, because it was traced; the second one is
    expect(log.steps).toEqual([1, 1, 3, 1, 5, 1, 5, 1])
    log.steps.length = 0
    await model.fit(x, y, { ...quiet, epochs: 2 })
    expect(log.steps).toEqual([1, 4, 1, 5, 1])
  })

  it('copies the samples to the device once, and reads a few numbers per epoch', async () => {
    stopClock()
    const { backend, log } = watch()
    await useBackend(backend)
    const model = regression()
    await model.fit(x, y, quiet)
    const fit = async (epochs: number, options: FitOptions = {}) => {
      const before = { ...log }
      await model.fit(x, y, { ...quiet, epochs, ...options })
      return { written: log.written - before.written, reads: log.reads - before.reads, runs: log.runs - before.runs }
    }
    const [few, many] = [await fit(2), await fit(42)]
    // the index of the pass and the position
    expect(many.written - few.written).toBeLessThanOrEqual(40 * 12)
    expect(many.reads - few.reads).toBeLessThan(40 * 6)
    const followed = await fit(42, { callbacks: [each] })
    expect(many.runs).toBeLessThan(followed.runs / 2)
    expect(few.written).toBeLessThan(2 * 4 * 5 * size)
  })

  it.each([true, false, 'batch'] as const)(
    'gives the same results if the samples do not fit on the device, shuffle %s',
    async (shuffle) => {
      stopClock()
      const run = async (refuse: (bytes: number) => boolean, callbacks: CallbackHooks[]) => {
        const { backend, log } = watch(refuse)
        await useBackend(backend)
        const layers = [
          new Dense({ units: 6, activation: 'relu', inputShape: [3] }),
          new BatchNormalization(),
          new Dropout({ rate: 0.2 }),
          new Dense({ units: 2 }),
        ]
        const model = new Sequential(layers, { seed: 3 })
        model.compile({
          optimizer: new Adam(),
          loss: new MeanSquaredError(),
          weightedMetrics: [new MeanAbsoluteError()],
        })
        const sampleWeight = x.map((_, i) => (i % 4) / 2)
        const options = { ...quiet, epochs: 4, shuffle, sampleWeight, validationData: [x, y] as const, callbacks }
        const { history } = await model.fit(x, y, options)
        const weights = (await model.getWeights()).map(({ data }) => [...data])
        return {
          result: { history, weights },
          evaluated: await model.evaluate(x, y, quiet),
          longest: Math.max(...log.steps),
        }
      }
      const resident = await run(() => false, [])
      const batched = await run((bytes) => bytes >= size * 2 * 4, [])
      const followed = await run(() => false, [each])
      expect([resident.longest, batched.longest, followed.longest]).toEqual([5, 1, 1])
      expect(batched.result).toEqual(resident.result)
      expect(followed.result).toEqual(resident.result)
      expect(batched.evaluated).toEqual(resident.evaluated)
    },
  )

  it.each([[[]], [[each]]])('gives the same results on a backend with asynchronous reads', async (callbacks) => {
    const run = async (backend: Backend) => {
      await useBackend(backend)
      const options = { ...quiet, epochs: 3, validationData: [x, y] as const, callbacks }
      return (await regression().fit(x, y, options)).history
    }
    const { readSync: _, ...slow } = cpu()
    expect(await run(slow)).toEqual(await run(cpu()))
    await useBackend(slow)
    const diverging = regression({ optimizer: new SGD({ learningRate: 1e30 }) })
    await expect(diverging.fit(x, y, { ...quiet, epochs: 3 })).rejects.toThrow('epoch 1, step 2')
  })

  it('yields to timers, and rejects when its signal is aborted', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    let turns = 0
    const timer = setInterval(() => {
      if (++turns === 3) controller.abort(reason)
    }, 5)
    const model = regression()
    const started = performance.now()
    const options = { ...quiet, epochs: 1e6, signal: controller.signal }
    await expect(model.fit(x, y, options)).rejects.toBe(reason)
    clearInterval(timer)
    expect(turns).toBeGreaterThanOrEqual(3)
    expect(performance.now() - started).toBeLessThan(5000)
    for (const { data } of await model.getWeights()) expect(data.every(Number.isFinite)).toBe(true)
  })

  it('stops within an epoch when stopTraining is set', async () => {
    const { backend, log } = watch()
    await useBackend(backend)
    const many = Array.from({ length: 20_000 }, (_, i) => [i % 7, i % 5, 1])
    const targets = many.map(([a]) => [a!, 1])
    const model = regression()
    setTimeout(() => {
      model.stopTraining = true
    }, 1)
    await model.fit(many, targets, { verbose: 0, batchSize: 1, epochs: 1000 })
    expect(total(log.steps)).toBeLessThan(20_000)
  })

  it('continues at the right sample after a callback has changed the model', async () => {
    const run = async (refuse: (bytes: number) => boolean) => {
      await useBackend(watch(refuse).backend)
      const halve = ({ model, step }: CallbackContext) => {
        if (step % 2 === 1) model.learningRate /= 2
      }
      const callbacks = [{ onTrainBatchBegin: halve, onTrainBatchEnd: halve }]
      return (await regression().fit(x, y, { ...quiet, epochs: 3, callbacks })).history
    }
    expect(await run(() => false)).toEqual(await run((bytes) => bytes >= size * 2 * 4))
  })

  it('uses a learning rate that is set between epochs', async () => {
    const model = regression()
    const freeze = { onEpochEnd: ({ model: trained }: CallbackContext) => void (trained.learningRate = 0) }
    await model.fit(x, y, { ...quiet, epochs: 1, callbacks: [freeze] })
    const weights = await model.getWeights()
    await model.fit(x, y, { ...quiet, epochs: 3 })
    expect(await model.getWeights()).toEqual(weights)
  })

  it('runs many steps at once again when a callback no longer follows every batch', async () => {
    stopClock()
    const { backend, log } = watch()
    await useBackend(backend)
    const once: CallbackHooks = {
      onTrainBatchEnd() {
        delete once.onTrainBatchEnd
      },
    }
    const model = regression()
    await model.fit(x, y, quiet)
    log.steps.length = 0
    await model.fit(x, y, { ...quiet, epochs: 20, callbacks: [once] })
    expect(log.steps.slice(0, 6)).toEqual([1, 4, 1, 5, 1, 5])
  })
})

describe('stepsPerExecution', () => {
  it('is the number of steps between calls of callbacks that follow batches', async () => {
    const { backend, log } = watch()
    await useBackend(backend)
    const seen: [string, number][] = []
    const follow = {
      onTrainBatchBegin: ({ step }: CallbackContext) => void seen.push(['begin', step]),
      onTrainBatchEnd: ({ step }: CallbackContext) => void seen.push(['end', step]),
    }
    await regression({ stepsPerExecution: 4 }).fit(x, y, { ...quiet, callbacks: [follow] })
    expect(seen).toEqual([
      ['begin', 0],
      ['end', 3],
      ['begin', 4],
      ['end', 5],
    ])
    expect(log.steps).toEqual([4, 1, 1])
  })
})

describe('the state of a metric', () => {
  class AllErrors extends Metric<object, { seen: Tensor }> {
    static readonly type = 'test/AllErrors'
    init() {
      return { seen: full([0], 0) }
    }
    update({ seen }: { seen: Tensor }, target: Tensor) {
      return { seen: concat([seen, full([target.shape[0]!], 1)]) }
    }
    result({ seen }: { seen: Tensor }) {
      return full([], seen.size)
    }
  }

  class Backwards extends Metric<object, { a: Tensor; b: Tensor }> {
    static readonly type = 'test/Backwards'
    init() {
      return { a: full([], 0), b: full([], 0) }
    }
    update({ a, b }: { a: Tensor; b: Tensor }, target: Tensor) {
      return { b: add(b, 1), a: add(a, mean(target)) }
    }
    result({ b }: { a: Tensor; b: Tensor }) {
      return b
    }
  }

  it('may grow with every step', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { history } = await regression({ metrics: [new AllErrors()] }).fit(x, y, { ...quiet, epochs: 2 })
    expect(history['all_errors']).toEqual([size, size])
    warn.mockRestore()
  })

  it('may be returned in another order of keys', async () => {
    stopClock()
    const { backend, log } = watch()
    await useBackend(backend)
    const { history } = await regression({ metrics: [new Backwards()] }).fit(x, y, { ...quiet, epochs: 20 })
    expect(history['backwards']).toEqual(Array(20).fill(6))
    expect(Math.max(...log.steps)).toBe(5)
    const plain = await regression({ metrics: [new Backwards()], jit: false }).fit(x, y, {
      ...quiet,
      callbacks: [each],
    })
    expect(plain.history['backwards']).toEqual([6]) // although the result is a tensor of the state
  })
})
