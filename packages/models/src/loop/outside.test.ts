// Calls from outside of a run of fit, while it runs: drawing loops predict, a signal handler saves.
import { Dense, Dropout } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { Adam } from '@gradus/optimizers'
import { ones, useBackend } from '@gradus/tensor'
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

const turn = () => new Promise((resolve) => setTimeout(resolve))

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
