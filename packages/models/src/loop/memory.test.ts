import { cpu } from '@gradus/backend-cpu'
import type { CallbackContext } from '@gradus/core'
import { BatchNormalization, Dense, Dropout } from '@gradus/layers'
import { SparseCategoricalCrossentropy } from '@gradus/losses'
import { SparseCategoricalAccuracy } from '@gradus/metrics'
import { Adam, SGD } from '@gradus/optimizers'
import { type MemoryInfo, memory, useBackend } from '@gradus/tensor'
import { beforeEach, describe, expect, it } from 'vitest'
import { Sequential } from '../model/sequential.ts'
import { quiet, regression, x, y } from '../testing/regression.ts'
import type { FitOptions } from './fit-options.ts'

beforeEach(() => useBackend(cpu()))

it('a thousand steps hold as many buffers as ten', async () => {
  const model = new Sequential([
    new Dense({ units: 8, activation: 'relu', inputShape: [3] }),
    new BatchNormalization(),
    new Dropout({ rate: 0.3 }),
    new Dense({ units: 2, activation: 'softmax' }),
  ])
  model.compile({
    optimizer: new Adam(),
    loss: new SparseCategoricalCrossentropy(),
    metrics: [new SparseCategoricalAccuracy()],
  })
  const x = Array.from({ length: 12 }, (_, i) => [Math.sin(i), Math.cos(i), i / 12])
  const y = x.map(([a]) => (a! > 0 ? 1 : 0))
  const counts: number[] = []
  const count = () => {
    counts.push(memory().buffers)
  }
  const options = {
    epochs: 334,
    batchSize: 4,
    verbose: 0,
    validationData: [x, y],
    callbacks: [{ onTrainBatchEnd: count }],
  } as const
  await model.fit(x, y, options)
  expect(counts.length).toBe(1002)
  // the number never rises; it may fall, when tensors of other tests are finalized
  expect(counts.slice(10).filter((number, index) => number > counts[index + 9]!)).toEqual([])
})

/** Tensors of other tests may be finalized during a test, so the numbers may fall. */
function expectNoMoreThan({ buffers, bytes }: MemoryInfo): void {
  expect(memory().buffers).toBeLessThanOrEqual(buffers)
  expect(memory().bytes).toBeLessThanOrEqual(bytes)
}

describe('memory on the device', () => {
  const rate = ({ model, step }: CallbackContext) => void (model.learningRate = 0.01 / (step + 2))
  const fits: [string, FitOptions & { learningRate?: number }, RegExp?][] = [
    ['ends', { epochs: 3 }],
    ['is aborted', { signal: AbortSignal.abort() }, /aborted/],
    ['is aborted later', { epochs: 1e6 }, /timeout/],
    ['throws in a callback', { callbacks: [{ onEpochEnd: () => Promise.reject(new Error('thrown')) }] }, /thrown/],
    ['throws at the beginning', { callbacks: [{ onTrainBegin: () => Promise.reject(new Error('thrown')) }] }, /thrown/],
    ['stops within an epoch', { callbacks: [{ onTrainBatchEnd: ({ model }) => void (model.stopTraining = true) }] }],
    ['ends with a rate that changed', { callbacks: [{ onTrainBatchBegin: rate, onTrainBatchEnd: rate }] }],
    ['diverges', { learningRate: 1e30 }, /not finite in epoch 1, step 1/],
  ]

  it.each(fits)('is freed when fit %s', async (_, { learningRate = 0.01, ...options }, message) => {
    const model = regression({ optimizer: new SGD({ learningRate }) })
    const validationData = [x, y] as const
    const run = async () => {
      const signal = options.epochs === 1e6 ? AbortSignal.timeout(40) : options.signal
      const fit = model.fit(x, y, { ...quiet, validationData, ...options, ...(signal && { signal }) })
      if (message) await expect(fit).rejects.toThrow(message)
      else await fit
    }
    await model.fit(x, y, { ...quiet, validationData }).catch(() => {})
    await run()
    const before = memory()
    for (let round = 0; round < 2; round++) {
      await run()
      expectNoMoreThan(before)
    }
  })

  it('is freed after evaluate and predict, also when a callback throws', async () => {
    const model = regression()
    await model.evaluate(x, y, quiet)
    const before = memory()
    await model.evaluate(x, y, quiet)
    expectNoMoreThan(before)
    const callbacks = [{ onTestBatchEnd: () => Promise.reject(new Error('thrown')) }]
    await expect(model.evaluate(x, y, { ...quiet, callbacks })).rejects.toThrow('thrown')
    expectNoMoreThan(before)
  })

  it('does not grow with the number of steps', async () => {
    const counts: number[] = []
    const model = regression()
    const callbacks = [{ onEpochEnd: () => void counts.push(memory().buffers) }]
    await model.fit(x, y, { ...quiet, epochs: 500, validationSplit: 0.2, callbacks })
    expect(counts).toHaveLength(500)
    expect(counts.slice(2).findIndex((buffers, epoch) => buffers > counts[epoch + 1]!)).toBe(-1)
  })

  it('is also freed after each step that runs op by op', async () => {
    const model = regression({ jit: false })
    await model.fit(x, y, quiet)
    const before = memory()
    await model.fit(x, y, { ...quiet, epochs: 2 })
    expectNoMoreThan(before)
  })
})
