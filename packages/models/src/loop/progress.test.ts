import { cpu } from '@gradus/backend-cpu'
import { LambdaCallback, ProgressLogger } from '@gradus/callbacks'
import { Callback, type CallbackContext } from '@gradus/core'
import { useBackend } from '@gradus/tensor'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { batchesOf, each, quiet, regression, stopClock, watch, x, y } from '../testing/regression.ts'

beforeEach(() => useBackend(cpu()))
afterEach(() => vi.restoreAllMocks())

describe('the progress bar', () => {
  const bar = () => {
    let text = ''
    const logger = new ProgressLogger({ verbose: 1, write: (piece) => void (text += piece) })
    return { logger, lines: () => text.split('\n').map((line) => line.slice(line.lastIndexOf('\r') + 1)) }
  }

  it('does not make training run batch by batch', async () => {
    stopClock()
    const { backend, log } = watch()
    await useBackend(backend)
    const model = regression()
    await model.fit(x, y, quiet)
    log.steps.length = 0
    const before = log.reads
    const { logger, lines } = bar()
    await model.fit(x, y, { ...quiet, epochs: 40, validationData: [x, y], callbacks: [logger] })
    expect(Math.max(...log.steps)).toBe(5)
    expect(log.reads - before).toBeLessThan(40 * 12)
    expect(lines()).toHaveLength(81)
    expect(lines()[79]).toContain('6/6')
    expect(lines()[79]).toMatch(/ - loss: .* - mean_absolute_error: .* - val_loss: /)
  })

  it('counts the batches of a dataset of unknown length', async () => {
    const { logger, lines } = bar()
    await regression().fit(batchesOf(x, 4), { verbose: 0, epochs: 2, callbacks: [logger] })
    expect([lines()[1], lines()[3]].map((line) => line?.includes('6/6'))).toEqual([true, true])
  })

  it('counts the batches of predict', async () => {
    const { logger, lines } = bar()
    await regression().predict(batchesOf(x, 4), { callbacks: [logger] })
    expect(lines()[0]).toContain('6/6')
  })

  it('calls a callback with a batchInterval at intervals and after the last batch', async () => {
    const steps: number[] = []
    const spare = { batchInterval: 1e9, onTrainBatchEnd: ({ step }: CallbackContext) => void steps.push(step) }
    await regression().fit(x, y, { ...quiet, epochs: 3, callbacks: [spare] })
    expect(steps).toEqual([0, 5, 5, 5])
    steps.length = 0
    const lambda = new LambdaCallback(spare)
    await regression().fit(x, y, { ...quiet, epochs: 2, callbacks: [lambda, each] })
    expect(steps).toEqual([0, 5, 5])
    steps.length = 0
    await regression().fit(x, y, { ...quiet, batchSize: 64, epochs: 2, callbacks: [spare] })
    expect(steps).toEqual([0, 0])
    steps.length = 0
    const tests = { batchInterval: 1e9, onTestBatchEnd: ({ step }: CallbackContext) => void steps.push(step) }
    await regression().evaluate(x, y, { ...quiet, callbacks: [tests] })
    expect(steps).toEqual([0, 5])
  })
})

it('callbacks have the model and the parameters of the run, plain objects too', async () => {
  const seen: unknown[] = []
  class Named extends Callback {
    override onEpochEnd(): void {
      seen.push(this.model.name, this.params.epochs)
    }
  }
  const plain = {
    onTrainEnd(): void {
      seen.push((this as unknown as Named).model === model)
    },
  }
  const model = regression()
  const named = new Named()
  await model.fit(x, y, { ...quiet, epochs: 1, callbacks: [named, Object.freeze({ ...plain }), plain] })
  expect(seen).toEqual([model.name, 1, false, true])
  expect([named.model, Object.keys(named)]).toEqual([model, Object.keys(new Named())])
})
