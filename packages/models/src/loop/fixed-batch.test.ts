// A fixed batch size of an input is no limit on the number of samples, as in Keras.
import { Input, input } from '@gradus/core'
import { Dense, SimpleRNN } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { MeanAbsoluteError } from '@gradus/metrics'
import { SGD } from '@gradus/optimizers'
import { useBackend } from '@gradus/tensor'
import { expect, it } from 'vitest'
import { startAll } from '../../../../tests/backends.ts'
import { Model } from '../model/model.ts'
import { Sequential } from '../model/sequential.ts'

const column = (count: number) => Array.from({ length: count }, (_, i) => [i])

for (const { name, backend } of await startAll()) {
  it.skipIf(!backend).each([
    [4, 2],
    [5, 2],
    [4, 4],
    [3, 3],
  ])(`%i samples in batches of %i, ${name}`, async (count, batchSize) => {
    useBackend(backend!)
    const x = input({ shape: [1], batchSize: 2 })
    const dense = () => new Dense({ units: 1, kernelInitializer: 'zeros' })
    const models = [
      new Sequential([new Input({ shape: [1], batchSize: 2 }), dense()]),
      new Model({ inputs: x, outputs: dense().call(x) }),
    ]
    for (const model of models) {
      model.compile({
        optimizer: new SGD({ learningRate: 0 }),
        loss: new MeanSquaredError(),
        metrics: [new MeanAbsoluteError({ name: 'mae' })],
      })
      const y = column(count).map(([i]) => i!)
      const mae = y.reduce((sum, v) => sum + v, 0) / count
      const { history } = await model.fit(column(count), y, {
        batchSize,
        verbose: 0,
        validationData: [column(count), y],
      })
      expect(history['mae']![0]).toBeCloseTo(mae, 5)
      expect(history['val_mae']![0]).toBeCloseTo(mae, 5)
      expect((await model.evaluate(column(count), y, { batchSize, verbose: 0 }))['mae']).toBeCloseTo(mae, 5)
      expect((await model.predict(column(count), { batchSize })).shape).toEqual([count, 1])
    }
  })

  it.skipIf(!backend)(`a stateful layer trains on batches of that size, ${name}`, async () => {
    useBackend(backend!)
    const rnn = new SimpleRNN({ units: 1, stateful: true })
    const model = new Sequential([new Input({ shape: [3, 1], batchSize: 2 }), rnn])
    model.compile({ optimizer: new SGD(), loss: new MeanSquaredError() })
    const x = column(6).map(([i]) => [[i!], [1], [1]])
    const { history } = await model.fit(x, column(6), { batchSize: 2, verbose: 0 })
    expect(Number.isFinite(history['loss']![0])).toBe(true)
  })
}
