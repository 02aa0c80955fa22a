// Calls from outside of a run of fit, while it runs: drawing loops predict, a signal handler saves, the backend changes.
import { cpu } from '@gradus/backend-cpu'
import { wasm } from '@gradus/backend-wasm'
import { BatchNormalization, Dense, Dropout } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { Adam } from '@gradus/optimizers'
import { type Backend, currentBackend, ones, toBackend, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { startAll } from '../../../../tests/backends.ts'
import { Sequential } from '../model/sequential.ts'

const x = Array.from({ length: 64 }, (_, i) => [Math.sin(i), Math.cos(i)])
const y = x.map(([a, b]) => [a! + b!])

function newModel(): Sequential {
  const layers = [new Dense({ units: 16, activation: 'relu', inputShape: [2] }), new Dropout({ rate: 0.1 })]
  const model = new Sequential([...layers, new Dense({ units: 1 })], { seed: 4 })
  model.compile({ optimizer: new Adam(), loss: new MeanSquaredError() })
  return model
}

const turn = () => new Promise<void>((resolve) => setTimeout(resolve))

for (const { name, backend } of await startAll()) {
  describe.runIf(backend)(`on ${name}`, () => {
    it('calls are served between steps, and the run is the same as without them', async () => {
      await useBackend(backend!)
      const options = { batchSize: 8, verbose: 0 } as const
      const model = newModel()
      let calls = 0
      const onEpochEnd = () => void (model.stopTraining = calls >= 3)
      const done = model.fit(x, y, { ...options, epochs: 1e6, callbacks: [{ onEpochEnd }] })
      for (; calls < 3; calls++) {
        await turn()
        const [predicted, weights, logs, bytes] = await Promise.all([
          model.predict(x),
          model.getWeights(),
          model.evaluate(x, y, { verbose: 0 }),
          model.toBytes(),
        ])
        expect([...(await predicted.data())].every(Number.isFinite)).toBe(true)
        expect(weights).toHaveLength(4)
        expect(logs.loss).toBeGreaterThan(0)
        expect(bytes.length).toBeGreaterThan(500)
        predicted.dispose()
      }
      const { epoch, history } = await done
      const alone = newModel()
      const expected = await alone.fit(x, y, { ...options, epochs: epoch.length })
      expect(history).toEqual(expected.history)
      const [left, right] = await Promise.all([model.getWeights(), alone.getWeights()])
      expect(left).toEqual(right)
    })

    it('calls from callbacks are served at once, those that a callback does not wait for too', async () => {
      await useBackend(backend!)
      const model = newModel()
      const late: Promise<unknown>[] = []
      let losses = 0
      const onTrainBatchEnd = async () => {
        late.push(model.predict(x))
        losses += (await model.evaluate(x, y, { verbose: 0 })).loss!
      }
      await model.fit(x, y, { epochs: 2, batchSize: 16, verbose: 0, callbacks: [{ onTrainBatchEnd }] })
      expect(losses).toBeGreaterThan(0)
      expect(await Promise.all(late)).toHaveLength(8)
    })

    it('weights that are set from outside are trained further', async () => {
      await useBackend(backend!)
      const model = newModel()
      const zeros = (await model.build().getWeights()).map((weight) => ({ ...weight, data: weight.data.map(() => 0) }))
      const done = model.fit(x, y, { epochs: 20, batchSize: 8, verbose: 0 })
      await turn()
      await model.setWeights(zeros as never)
      await done
      expect(model.call(ones([1, 2])).shape).toEqual([1, 1])
    })

    it('an iteration of steps opens the model', async () => {
      await useBackend(backend!)
      const model = newModel()
      let count = 0
      for await (const { step } of model.steps(x, y, { epochs: 1, batchSize: 16, every: 1 })) {
        count = step
        expect((await model.getWeights()).length).toBe(4)
      }
      expect(count).toBe(4)
    })
  })
}

type FitOptions = NonNullable<Parameters<Sequential['fit']>[2]>

const pairs: [string, () => Backend, () => Backend][] = [
  ['cpu to wasm', cpu, () => wasm({ threads: 2 })],
  ['wasm to cpu', () => wasm({ threads: 2 }), cpu],
  ['one wasm to another', () => wasm({ threads: 2 }), () => wasm({ threads: 1 })],
]

/** The data of a run, and the data that it is validated on. */
const kinds: [string, readonly ['arrays' | 'dataset', 'arrays' | 'dataset' | 'split']][] = [
  ['arrays that are split', ['arrays', 'split']],
  ['arrays, with a dataset for validation', ['arrays', 'dataset']],
  ['a dataset, with arrays for validation', ['dataset', 'arrays']],
]

const hooks = [
  'onTrainBegin',
  'onEpochBegin',
  'onTrainBatchBegin',
  'onTrainBatchEnd',
  'onTestBegin',
  'onTestBatchBegin',
  'onTestBatchEnd',
  'onTestEnd',
  'onEpochEnd',
] as const

const batches = () => ({
  async *[Symbol.asyncIterator]() {
    for (let start = 0; start < 64; start += 12) yield { x: x.slice(start, start + 12), y: y.slice(start, start + 12) }
  },
})

function newStatefulModel(): Sequential {
  const layers = [new Dense({ units: 16, inputShape: [2] }), new BatchNormalization(), new Dropout({ rate: 0.1 })]
  const model = new Sequential([...layers, new Dense({ units: 1 })], { seed: 4 })
  model.compile({ optimizer: new Adam({ useEma: true }), loss: new MeanSquaredError() })
  return model
}

describe.each(pairs)('useBackend during fit, from %s', (_, first, second) => {
  const [one, two] = [first(), second()]
  const isOn = (model: Sequential, backend: Backend) =>
    model.variables.every(({ value }) => value.storage.memory === backend)

  /** Trains a new model, which begins on the backend `one`, with callbacks that get the model. */
  async function train(
    [data, validation]: (typeof kinds)[number][1],
    callbacksFor: (model: Sequential) => FitOptions['callbacks'],
    during?: (model: Sequential, ended: () => boolean) => Promise<void>,
  ) {
    await useBackend(one)
    const model = newStatefulModel()
    const validated = {
      arrays: { validationData: [x, y] as const },
      dataset: { validationData: batches() },
      split: { validationSplit: 0.2 },
    }[validation]
    const options = { epochs: 2, verbose: 0, callbacks: callbacksFor(model), ...validated } as const
    let ended = false
    const fit = data === 'arrays' ? model.fit(x, y, { ...options, batchSize: 12 }) : model.fit(batches(), options)
    const running = fit.finally(() => {
      ended = true
    })
    await Promise.all([running, during?.(model, () => ended)])
    const { history } = await running
    expect(isOn(model, one)).toBe(true)
    return { model, history, weights: await model.getWeights() }
  }

  /** A fit after a run: the model moves to the backend that was chosen last. */
  async function expectNextFit(model: Sequential): Promise<void> {
    await useBackend(two)
    expect(ones([1]).storage.memory).toBe(two)
    await model.fit(x, y, { verbose: 0 })
    expect(isOn(model, two)).toBe(true)
  }

  describe.each(kinds)('on %s,', (_, kind) => {
    it.each(hooks)('from %s', async (hook) => {
      const expected = await train(kind, () => [{ [hook]: () => undefined }])
      let calls = 0
      const change = () => void useBackend(calls++ % 3 === 2 ? one : two)
      const found = await train(kind, () => [{ [hook]: change }])
      expect(calls).toBeGreaterThan(0)
      expect(found.history).toEqual(expected.history)
      expect(found.weights).toEqual(expected.weights)
      await expectNextFit(found.model)
    })

    it('from outside, at once and between steps, with other calls', async () => {
      const expected = await train(kind, () => [{ onTrainBatchEnd: turn }])
      const predicted: Backend[] = []
      const during = async (model: Sequential, ended: () => boolean) => {
        await useBackend(two)
        for (let round = 0; !ended(); round++) {
          await turn()
          const backend = await useBackend(round % 3 === 2 ? one : two)
          if (ended()) break
          const [outputs, weights] = await Promise.all([
            model.predict(round % 2 === 0 ? x : ones([3, 2])),
            model.getWeights(),
            model.toBytes(),
          ])
          expect(currentBackend()).toBe(backend)
          expect(weights.length).toBeGreaterThan(4)
          expect((await outputs.data()).every(Number.isFinite)).toBe(true)
          predicted.push(outputs.storage.memory as Backend)
        }
      }
      const found = await train(kind, () => [{ onTrainBatchEnd: turn }], during)
      expect(predicted.length).toBeGreaterThan(0)
      expect(found.history).toEqual(expected.history)
      expect(found.weights).toEqual(expected.weights)
      await expectNextFit(found.model)
    })
  })

  it('weights and learning rates that are set then are used', async () => {
    const change = (isOther: boolean) => (model: Sequential) => {
      const onEpochBegin = async () => {
        if (isOther) await useBackend(two)
        await model.setWeights(await model.getWeights())
        model.learningRate *= 0.5
      }
      return [{ onEpochBegin }]
    }
    const expected = await train(['arrays', 'arrays'], change(false))
    const found = await train(['arrays', 'arrays'], change(true))
    expect(found.history).toEqual(expected.history)
    expect(found.weights).toEqual(expected.weights)
  })

  it('a call with tensors of the other backend says how to move them, and the run goes on', async () => {
    const messages: string[] = []
    const onEpochEnd = async ({ model }: { model: unknown }) => {
      const x = await toBackend(ones([1, 2]), two)
      try {
        ;(model as Sequential).call(x)
      } catch (error) {
        messages.push((error as Error).message)
      }
    }
    const expected = await train(['arrays', 'arrays'], () => [])
    const found = await train(['arrays', 'arrays'], () => [{ onEpochEnd }])
    expect(messages).toHaveLength(2)
    expect(messages[0]).toMatch(/is trained on the .* backend and was called with tensors of .*toBackend\(x, backend\)/)
    expect(found.weights).toEqual(expected.weights)
  })

  it('an iteration of steps stays, and so do predict and evaluate', async () => {
    const run = async (change: () => unknown) => {
      await useBackend(one)
      const model = newStatefulModel()
      const figures: unknown[] = []
      for await (const report of model.steps(x, y, { epochs: 2, batchSize: 12, every: 2 })) {
        await change()
        figures.push(await report.figures(), await model.evaluate(x, y, { verbose: 0 }))
      }
      return { figures, weights: await model.getWeights() }
    }
    const expected = await run(() => undefined)
    expect(await run(() => useBackend(two))).toEqual(expected)

    await useBackend(one)
    const model = newStatefulModel()
    await model.fit(x, y, { verbose: 0 })
    const [logs, values] = [await model.evaluate(x, y, { verbose: 0 }), (await model.predict(x)).array()]
    const evaluated = model.evaluate(x, y, {
      verbose: 0,
      callbacks: [{ onTestBatchBegin: () => void useBackend(two) }],
    })
    expect(await evaluated).toEqual(logs)
    await useBackend(one)
    const changing = { onPredictBatchBegin: () => void useBackend(two) }
    expect((await model.predict(x, { callbacks: [changing] })).array()).toEqual(values)
  })
})
