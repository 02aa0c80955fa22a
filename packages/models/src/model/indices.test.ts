// Numbers that are no indices or no classes, where only a nested model or a later batch meets them: an error, or NaN, never a
// number that was cut.
import { input, type Layer } from '@gradus/core'
import { Dense, Embedding, LSTM } from '@gradus/layers'
import { losses, SparseCategoricalCrossentropy } from '@gradus/losses'
import { metrics } from '@gradus/metrics'
import { SGD } from '@gradus/optimizers'
import { tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { startAll } from '../../../../tests/backends.ts'
import { Model } from './model.ts'
import { Sequential } from './sequential.ts'

const embedding = () => new Embedding({ inputDim: 5, outputDim: 2 })
const within = (layer: Layer) => {
  const x = input({ shape: [2] })
  return new Model({ inputs: x, outputs: new Dense({ units: 1 }).call(layer.call(x)), seed: 1 })
}

const builds: Readonly<Record<string, () => Model>> = {
  'a stack in a model': () => within(new Sequential([embedding()])),
  'a stack in a stack in a model': () => within(new Sequential([new Sequential([embedding()])])),
  'a functional model in a model': () => {
    const x = input({ shape: [2], dtype: 'int32' })
    return within(new Model({ inputs: x, outputs: embedding().call(x) }))
  },
  'a stack with a mask': () =>
    new Sequential([
      new Embedding({ inputDim: 5, outputDim: 2, maskZero: true }),
      new LSTM({ units: 1, returnSequences: true }),
    ]),
}

const y = [
  [[0], [0]],
  [[0], [0]],
]
const good = [
  [0, 1],
  [2, 4],
]

for (const { name, backend } of await startAll()) {
  const cases = Object.keys(builds).flatMap((build) => [true, false].map((jit) => ({ build, jit })))
  describe.skipIf(!backend).each(cases)(`an Embedding in $build, ${name}, jit $jit`, ({ build, jit }) => {
    const make = () => {
      useBackend(backend!)
      const model = builds[build]!()
      model.compile({ optimizer: new SGD(), loss: new losses.MeanSquaredError(), jit })
      return model
    }

    it.each([5, -1, 2.5, 1e10])('refuses %d in the data', async (wrong) => {
      const x = [
        [0, 1],
        [wrong, 4],
      ]
      const message = new RegExp(`x\\[1\\]\\[0\\] is ${wrong}, which is (no|out)`)
      await expect(make().fit(x, y, { verbose: 0 })).rejects.toThrow(message)
      await expect(make().evaluate(x, y, { verbose: 0 })).rejects.toThrow(message)
      await expect(make().predict(x)).rejects.toThrow(message)
      await expect(make().predict(tensor(x))).rejects.toThrow(message)
      await expect(make().trainOnBatch(x, y)).rejects.toThrow(message)
      const batches = (async function* () {
        yield { x: good, y }
        yield { x, y }
      })()
      await expect(make().fit(batches, { verbose: 0 })).rejects.toThrow('is')
    })

    it('refuses 2.5 and NaN in a call on values, and takes whole numbers', async () => {
      const model = make()
      const result = await model.predict(good)
      for (const wrong of [2.5, Number.NaN])
        if (tensor([1]).storage.readsAtOnce)
          expect(() => model.call(tensor([[0, wrong]]))).toThrow(/is (2.5|NaN), which is no/)
      expect(Array.from(await (model.call(tensor(good)) as typeof result).data())).toEqual(
        Array.from(await result.data(), (value) => expect.closeTo(value, 4)),
      )
    })
  })

  describe.skipIf(!backend).each([true, false])(`labels that are no classes, ${name}, jit %s`, (jit) => {
    const make = (loss: losses.MeanSquaredError | SparseCategoricalCrossentropy, counted = false) => {
      useBackend(backend!)
      const model = new Sequential([new Dense({ units: 3, activation: 'softmax', inputShape: [2] })], { seed: 1 })
      const figures = [new metrics.SparseCategoricalAccuracy()]
      model.compile({ optimizer: new SGD(), loss, metrics: counted ? figures : [], jit })
      return model
    }

    it.each([3, -1, 1.5, 1e10, Number.NaN])('stop fit when a later batch of a dataset has %d', async (wrong) => {
      for (const fromLogits of [true, false]) {
        const model = make(new SparseCategoricalCrossentropy({ fromLogits }))
        const batches = (async function* () {
          yield { x: good, y: [0, 2] }
          yield { x: good, y: [0, wrong] }
        })()
        await expect(model.fit(batches, { verbose: 0 })).rejects.toThrow(/loss is NaN|label/)
      }
    })

    it('are not right for the accuracy', async () => {
      const model = make(new SparseCategoricalCrossentropy(), true)
      const scores = Array.from(await (await model.predict([[1, 2]])).data())
      const best = scores.indexOf(Math.max(...scores))
      const accuracy = new metrics.SparseCategoricalAccuracy()
      const after = accuracy.update(accuracy.init(), tensor([best, best + 0.25]), tensor([scores, scores]))
      expect(Array.from(await accuracy.result(after).data())).toEqual([0.5])
    })
  })
}
