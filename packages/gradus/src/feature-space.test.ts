import { fromArrays, layers, loadModel, Model, type SymbolicTensor, type Tensor } from 'gradus'
import { FeatureSpace } from 'gradus/utils'
import { expect, it } from 'vitest'

const rows = {
  age: [20, 30, 40, 50, 60, 70, 25, 35],
  city: ['Rome', 'Oslo', 'Rome', 'Bonn', 'Oslo', 'Rome', 'Bonn', 'Oslo'],
  code: [1, 2, 1, 3, 2, 1, 3, 2],
}
const y = [0, 0, 0, 1, 1, 1, 0, 0]

it('trains on encoded features and predicts raw values', async () => {
  const space = new FeatureSpace({
    features: { age: 'floatNormalized', city: 'stringCategorical', code: 'integerCategorical' },
    crosses: [['city', 'code']],
    crossingDim: 8,
  })
  const data = (await fromArrays({ x: rows, y })).batch(4)
  await space.adapt(data)

  const encoded = space.getEncodedFeatures() as SymbolicTensor
  const outputs = new layers.Dense({ units: 1, activation: 'sigmoid' }).call(encoded) as SymbolicTensor
  const training = new Model({ inputs: encoded, outputs })
  training.compile({ optimizer: 'adam', loss: 'binaryCrossentropy' })
  const prepared = data.map((batch) => ({ ...batch, x: space.call(batch.x as never) as Tensor }))
  const { history } = await training.fit(prepared, { epochs: 20, verbose: 0 })
  expect(history['loss']!.at(-1)).toBeLessThan(history['loss']![0]!)

  const inference = new Model({ inputs: space.getInputs(), outputs })
  const first = (await inference.predict(rows as never)) as Tensor
  const second = (await training.predict(space.call(rows) as Tensor)) as Tensor
  expect(first.array()).toEqual(second.array())
  const loaded = await loadModel(await inference.toBytes())
  expect(((await loaded.predict(rows as never)) as Tensor).array()).toEqual(first.array())
})
