import { cpu } from '@gradus/backend-cpu'
import type { Dataset } from '@gradus/core'
import { memory, useBackend } from '@gradus/tensor'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { batchesOf, quiet, regression, stopClock, x, y } from '../testing/regression.ts'

beforeEach(() => useBackend(cpu()))
afterEach(() => vi.restoreAllMocks())

const { batchSize } = quiet
const options = { batchSize, epochs: 3 }

describe('training as a loop', () => {
  it.each([undefined, 1, 2])('runs the steps of fit, with %s steps per iteration', async (every) => {
    const [looped, fitted] = [regression(), regression()]
    const { history } = await fitted.fit(x, y, { ...quiet, epochs: 3 })
    const losses: number[] = []
    const seen: number[][] = []
    for await (const { epoch, step, count, endsEpoch, figures } of looped.steps(x, y, {
      ...options,
      ...(every && { every }),
    })) {
      seen.push([epoch, step, count])
      if (endsEpoch) losses.push((await figures())['loss']!)
    }
    expect(losses).toEqual(history['loss'])
    expect(await looped.getWeights()).toEqual(await fitted.getWeights())
    expect(seen.reduce((total, [, , count]) => total + count!, 0)).toBe(18)
    if (every === 1)
      expect(seen.slice(0, 3)).toEqual([
        [0, 1, 1],
        [0, 2, 1],
        [0, 3, 1],
      ])
  })

  it.each<[string, () => Dataset | undefined]>([
    ['arrays', () => undefined],
    ['a dataset', () => batchesOf(x, batchSize)],
  ])('continues after break, on %s', async (_, make) => {
    const data = make()
    const [whole, interrupted] = [regression(), regression()]
    const steps = (model: typeof whole) =>
      data ? model.steps(data, { epochs: 3, every: 1 }) : model.steps(x, y, { ...options, every: 1 })
    for await (const _step of steps(whole));
    const run = steps(interrupted)
    let iterations = 0
    for (const stop of [1, 4, 9]) {
      for await (const _step of run) if (++iterations === stop) break
      // after break the model may be used
      await interrupted.predict(x)
      expect(interrupted.learningRate).toBe(0.01)
    }
    for await (const { epoch, step } of run) {
      iterations++
      expect(epoch * 6 + step).toBe(iterations)
    }
    expect(iterations).toBe(18)
    expect(await interrupted.getWeights()).toEqual(await whole.getWeights())
    for await (const _step of run) throw new Error('a run that has ended must have no iterations')
  })

  it('lets the user read and change the model between two iterations', async () => {
    const model = regression()
    const weights: Float32Array[] = []
    for await (const { step } of model.steps(x, y, { ...options, every: 1, epochs: 1 })) {
      const now = await model.getWeights()
      weights.push(now[0]!.data as Float32Array)
      if (step === 3) model.learningRate = 0
    }
    expect(String(weights[1])).not.toBe(String(weights[0]))
    expect(String(weights[4])).toBe(String(weights[3]))
  })

  it('keeps the figures of the end of an epoch, and says when others are read too late', async () => {
    const reports = []
    for await (const report of regression().steps(x, y, { ...options, epochs: 2, every: 3 })) {
      reports.push({ ...report, now: await report.figures() })
    }
    const [first, end, last] = [reports[0]!, reports[1]!, reports.at(-1)!]
    await expect(first.figures()).rejects.toThrow('The figures of epoch 1, step 3 were read after the loop went on.')
    expect(await end.figures()).toEqual(end.now)
    expect(await last.figures()).toEqual(last.now)
    const run = regression().steps(x, y, { ...options, every: 3 })
    for await (const { figures } of run) {
      run.close()
      await expect(figures()).rejects.toThrow('were read after the loop went on')
      break
    }
  })

  it('runs many steps at once by default', async () => {
    stopClock()
    const counts: number[] = []
    for await (const { count } of regression().steps(x, y, { ...options, epochs: 1 })) counts.push(count)
    expect(counts).toEqual([1, 1, 3, 1])
  })

  it('frees its memory, also after break', async () => {
    const model = regression()
    await model.fit(x, y, quiet)
    const { buffers } = memory()
    const run = model.steps(x, y, { ...options, every: 1 })
    for await (const _step of run) break
    await model.fit(x, y, quiet) // another run may use the model after break
    run.close()
    expect(memory().buffers).toBeLessThanOrEqual(buffers)
    for await (const _step of model.steps(x, y, options));
    expect(memory().buffers).toBeLessThanOrEqual(buffers)
  })

  it('excludes other runs while it runs, and checks its options', async () => {
    const model = regression()
    for await (const _step of model.steps(x, y, { ...options, every: 1 })) {
      await expect(model.fit(x, y, quiet)).rejects.toThrow('while another fit of the same model is running')
      break
    }
    expect(() => model.steps(x, y, { everi: 1 } as never)).toThrow("steps has no option 'everi'")
    const controller = new AbortController()
    const run = async () => {
      for await (const _step of model.steps(x, y, { ...options, signal: controller.signal }))
        controller.abort(new Error('enough'))
    }
    await expect(run()).rejects.toThrow('enough')
    await model.fit(x, y, quiet)
  })
})
