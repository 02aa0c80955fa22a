// Preprocessing as a part of models: strings in, predictions out, in one file; images that are augmented in training.
import { describe, expect, it } from 'vitest'
import {
  CategoryEncoding,
  Dense,
  Discretization,
  Embedding,
  Flatten,
  GlobalAveragePooling1D,
  HashedCrossing,
  Hashing,
  IntegerLookup,
  input,
  loadModel,
  Model,
  Normalization,
  RandomFlip,
  RandomRotation,
  RandomTranslation,
  Rescaling,
  Sequential,
  StringLookup,
  TextVectorization,
} from './index.ts'
import { concat } from './ops.ts'

const quiet = { verbose: 0 } as const

describe('a model with preprocessing', () => {
  it('takes strings and numbers and is one file', async () => {
    const count = 24
    const colors = Array.from({ length: count }, (_, i) => ['red', 'green', 'blue'][i % 3]!)
    const places = Array.from({ length: count }, (_, i) => 10 * (i % 4))
    const ages = Array.from({ length: count }, (_, i) => (i * 7) % 60)
    const color = new StringLookup({ outputMode: 'oneHot' })
    await color.adapt(colors)
    const place = new IntegerLookup()
    await place.adapt(places)
    const bin = new Discretization({ numBins: 4 })
    await bin.adapt(ages)
    const norm = new Normalization()
    await norm.adapt(ages.map((age) => [age]))
    const inputs = {
      color: input({ shape: [1], dtype: 'string', name: 'color' }),
      place: input({ shape: [1], dtype: 'int32', name: 'place' }),
      age: input({ shape: [1], name: 'age' }),
    }
    const features = [
      color.call(inputs.color),
      new CategoryEncoding({ numTokens: 5, outputMode: 'oneHot' }).call(place.call(inputs.place)),
      new CategoryEncoding({ numTokens: 4, outputMode: 'oneHot' }).call(bin.call(inputs.age)),
      norm.call(inputs.age),
      new HashedCrossing({ numBins: 8, outputMode: 'oneHot' }).call([inputs.color, inputs.place]),
      new Hashing({ numBins: 6, outputMode: 'multiHot' }).call(inputs.color),
    ]
    const model = new Model({ inputs, outputs: new Dense({ units: 1 }).call(concat(features, -1)), seed: 1 })
    const x = {
      color: colors.map((value) => [value]),
      place: places.map((value) => [value]),
      age: ages.map((value) => [value]),
    }
    const y = colors.map((value, i) => [(value === 'red' ? 1 : 0) + 0.02 * ages[i]!])
    model.compile({ optimizer: 'adam', loss: 'mse' })
    const { history } = await model.fit(x, y, { ...quiet, epochs: 8 })
    expect(history.loss!.at(-1)).toBeLessThan(history.loss![0]!)
    const copy = await loadModel(await model.toBytes())
    const given = { color: [['red'], ['unknown']], place: [[10], [99]], age: [[20], [70]] }
    expect((await copy.predict(given)).array()).toEqual((await model.predict(given)).array())
  })

  it('classifies texts', async () => {
    const texts = Array.from({ length: 32 }, (_, i) => (i % 2 ? `A good film, number ${i}!` : `Bad... film ${i}`))
    const words = new TextVectorization({ maxTokens: 20, outputSequenceLength: 6 })
    await words.adapt(texts)
    const text = input({ shape: [1], dtype: 'string' })
    const embedded = new Embedding({ inputDim: 20, outputDim: 4 }).call(words.call(text))
    const pooled = new GlobalAveragePooling1D().call(embedded)
    const outputs = new Dense({ units: 1, activation: 'sigmoid' }).call(pooled)
    const model = new Model({ inputs: text, outputs, seed: 3 })
    model.compile({ optimizer: 'adam', loss: 'binaryCrossentropy', metrics: ['accuracy'] })
    const x = texts.map((value) => [value])
    const { history } = await model.fit(
      x,
      texts.map((_, i) => [i % 2]),
      { ...quiet, epochs: 60 },
    )
    expect(history.accuracy!.at(-1)).toBe(1)
    const copy = await loadModel(await model.toBytes())
    const scores = (await copy.predict([['good good'], ['bad film']])).array() as number[][]
    expect(scores[0]![0]).toBeGreaterThan(scores[1]![0]!)
  })

  it('augments images in training only', async () => {
    const model = new Sequential(
      [
        new Rescaling({ scale: 1 / 255, inputShape: [8, 8, 1] }),
        new RandomFlip({ mode: 'horizontal' }),
        new RandomRotation({ factor: 0.05 }),
        new RandomTranslation({ heightFactor: 0.1, widthFactor: 0.1 }),
        new Flatten(),
        new Dense({ units: 1 }),
      ],
      { seed: 4 },
    )
    // bright above, or bright below
    const x = Array.from({ length: 32 }, (_, i) =>
      Array.from({ length: 8 }, (__, row) => Array.from({ length: 8 }, () => [row < 4 === (i % 2 === 0) ? 255 : 0])),
    )
    const y = x.map((_, i) => [i % 2])
    model.compile({ optimizer: 'adam', loss: 'mse' })
    const { history } = await model.fit(x, y, { ...quiet, epochs: 40, batchSize: 8 })
    expect(history.loss!.at(-1)).toBeLessThan(0.1)
    const before = (await model.predict(x)).array()
    expect((await model.predict(x)).array()).toEqual(before)
    const copy = await loadModel(await model.toBytes())
    expect((await copy.predict(x)).array()).toEqual(before)
  })
})
