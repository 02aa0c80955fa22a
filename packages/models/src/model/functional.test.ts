import { cpu } from '@gradus/backend-cpu'
import { input, Layer, Registry } from '@gradus/core'
import { Dense, Dropout, Embedding, GRU, layers, regularizers } from '@gradus/layers'
import { losses, MeanSquaredError } from '@gradus/losses'
import { metrics } from '@gradus/metrics'
import { Adam, optimizers, SGD } from '@gradus/optimizers'
import { concat, ones, type Tensor, useBackend } from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { fromSpec } from './from-spec.ts'
import { loadModel } from './load.ts'
import { Model } from './model.ts'
import { Sequential } from './sequential.ts'

beforeAll(() => useBackend(cpu()))

class Join extends Layer {
  static readonly type = 'test/Join'
  apply(inputs: readonly Tensor[]): Tensor {
    return concat(inputs, -1)
  }
}

const registry = new Registry([
  ...Object.values(layers),
  ...Object.values(losses),
  ...Object.values(metrics),
  ...Object.values(optimizers),
  ...Object.values(regularizers),
  Join,
])
const quiet = { verbose: 0, batchSize: 4, shuffle: false } as const
const a = Array.from({ length: 8 }, (_, i) => [Math.sin(i), i / 8])
const b = Array.from({ length: 8 }, (_, i) => [Math.cos(i), -i / 8])
const target = a.map(([p], i) => [p! - b[i]![1]!])

function siamese(seed = 4) {
  const left = input({ shape: [2], name: 'left' })
  const right = input({ shape: [2], name: 'right' })
  const shared = new Dense({ units: 3, activation: 'tanh', name: 'shared' })
  const joined = new Join({ name: 'joined' }).call([shared.call(left), shared.call(right)])
  const sum = new Dense({ units: 1, name: 'sum' }).call(joined)
  const side = new Dense({ units: 2, name: 'side' }).call(joined)
  return new Model({ inputs: [left, right], outputs: [sum, side], seed })
}

it('a stack begins with a model that knows its input, also of integers', async () => {
  const indices = input({ shape: [3], dtype: 'int32' })
  const backbone = new Model({ inputs: indices, outputs: new Embedding({ inputDim: 4, outputDim: 2 }).call(indices) })
  const inner = new Sequential([backbone, new GRU({ units: 2 })])
  const model = new Sequential([inner, new Dense({ units: 1 })], { seed: 1 })
  expect(model.summary({ print: false })).toContain('Total params: 47')
  expect(model.inputs).toMatchObject({ shape: [null, 3], dtype: 'int32' })
  model.compile({ optimizer: new SGD(), loss: new MeanSquaredError() })
  await model.fit(
    [
      [0, 1, 2],
      [3, 0, 1],
    ],
    [1, 2],
    quiet,
  )
  const copy = await loadModel(await model.toBytes(), { registry })
  expect(await copy.getWeights()).toEqual(await model.getWeights())
})

describe('a functional model', () => {
  it('shares a layer: its weights exist once and get the gradients of both calls', async () => {
    const model = siamese()
    expect((await model.getWeights()).map(({ path, shape }) => [path, shape])).toEqual([
      ['shared.kernel', [2, 3]],
      ['shared.bias', [3]],
      ['sum.kernel', [6, 1]],
      ['sum.bias', [1]],
      ['side.kernel', [6, 2]],
      ['side.bias', [2]],
    ])
  })

  it('takes inputs and targets by position and by name, with equal results', async () => {
    const run = async (x: object, y: object) => {
      const model = siamese()
      model.compile({
        optimizer: new Adam(),
        loss: { sum: new MeanSquaredError(), side: new MeanSquaredError() },
        lossWeights: { sum: 2, side: 0.5 },
      })
      return (await model.fit(x as never, y as never, { ...quiet, epochs: 2 })).history
    }
    const listed = await run([a, b], [target, a])
    expect(Object.keys(listed)).toEqual(['loss', 'side_loss', 'sum_loss'])
    listed.loss!.forEach((loss, i) =>
      expect(loss).toBeCloseTo(2 * listed.sum_loss![i]! + 0.5 * listed.side_loss![i]!, 5),
    )
    expect(await run({ right: b, left: a }, { side: a, sum: target })).toEqual(listed)
  })

  it('names missing and unknown inputs and outputs in errors', async () => {
    const model = siamese()
    model.compile({ optimizer: new SGD(), loss: new MeanSquaredError() })
    await expect(model.fit({ left: a, rigt: b }, [target, a], quiet)).rejects.toThrow(/'rigt'.*Did you mean 'right'/)
    await expect(model.fit([a], [target, a], quiet)).rejects.toThrow(/inputs/)
    expect(() => model.compile({ optimizer: new SGD(), loss: [new MeanSquaredError()] })).not.toThrow()
    await expect(model.fit([a, b], [target, a], quiet)).rejects.toThrow(/loss has 1 entries and the model 2 outputs/)
  })

  it('predicts all outputs, batch by batch', async () => {
    const model = siamese()
    const [sum, side] = await model.predictAll([a, b], { batchSize: 3 })
    expect([sum!.shape, side!.shape]).toEqual([
      [8, 1],
      [8, 2],
    ])
    await expect(model.predict([a, b])).rejects.toThrow(/2 outputs; use predictAll/)
    const [whole] = await model.predictAll([a, b], { batchSize: 8 })
    expect(sum!.array()).toEqual(whole!.array())
  })

  it('shares weights with a model made of the same layers', async () => {
    const x = input({ shape: [2] })
    const hidden = new Dense({ units: 3, activation: 'relu' }).call(x)
    const whole = new Model({ inputs: x, outputs: new Dense({ units: 1 }).call(hidden), seed: 1 })
    const features = new Model({ inputs: x, outputs: hidden })
    whole.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: new MeanSquaredError() })
    await whole.fit(a, target, { ...quiet, epochs: 1 })
    expect((await features.getWeights())[0]!.data).toEqual((await whole.getWeights())[0]!.data)
  })

  it('can be a layer of another model', async () => {
    const block = new Sequential(
      [new Dense({ units: 4, activation: 'relu', inputShape: [2] }), new Dense({ units: 3 })],
      { name: 'block' },
    )
    const x = input({ shape: [2] })
    const model = new Model({ inputs: x, outputs: new Dense({ units: 1 }).call(block.call(x)), seed: 2 })
    expect((await model.getWeights()).map(({ path }) => path)).toEqual([
      'block.dense.kernel',
      'block.dense.bias',
      'block.dense_1.kernel',
      'block.dense_1.bias',
      'dense.kernel',
      'dense.bias',
    ])
    model.compile({ optimizer: new Adam({ learningRate: 0.05 }), loss: new MeanSquaredError() })
    const { history } = await model.fit(a, target, { ...quiet, epochs: 20 })
    expect(history.loss!.at(-1)).toBeLessThan(history.loss![0]!)
    const [first] = await block.getWeights()
    expect(first!.data).toEqual((await model.getWeights())[0]!.data)
    block.trainable = false
    model.compile({ optimizer: new Adam(), loss: new MeanSquaredError() })
    const before = await model.getWeights()
    await model.fit(a, target, { ...quiet, epochs: 1 })
    const after = await model.getWeights()
    expect(after.map(({ data }, i) => String(data) === String(before[i]!.data))).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
    ])
  })

  it('names the layer that cannot take a shape', () => {
    expect(() => new Dense({ units: 2, name: 'narrow' }).call(input({ shape: [null, 3] }))).not.toThrow()
    const varying = input({ shape: [null] })
    expect(() => new Dense({ units: 2, name: 'narrow' }).call(varying)).toThrow(/Dense 'narrow'/)
  })
})

it('a model may be deep: 5000 layers after one another', () => {
  const x = input({ shape: [1] })
  let y = x
  for (let depth = 0; depth < 5000; depth++) y = new Dropout({ rate: 0 }).call(y)
  const model = new Model({ inputs: x, outputs: y })
  expect(model.layers.length).toBe(5001)
  expect(model.call(ones([1, 1])).array()).toEqual([[1]])
})

describe('models as data', () => {
  it.each([
    ['functional', () => siamese()],
    [
      'sequential',
      () =>
        new Sequential([
          new Dense({ units: 2, kernelRegularizer: 'l2', inputShape: [2] }),
          new Dense({ units: 1, trainable: false }),
        ]),
    ],
    [
      'nested',
      () =>
        new Sequential([new Sequential([new Dense({ units: 2 })], { name: 'inner' }), new Dense({ units: 1 })]).build([
          null,
          2,
        ]),
    ],
  ])('a %s model comes back from JSON with the same spec and weights', async (_, make) => {
    const model = make()
    const spec = model.toSpec()
    const again = fromSpec(JSON.parse(JSON.stringify(spec)), registry)
    expect(again.toSpec()).toEqual(spec)
    expect((await again.getWeights()).map(({ path, shape, trainable }) => ({ path, shape, trainable }))).toEqual(
      (await model.getWeights()).map(({ path, shape, trainable }) => ({ path, shape, trainable })),
    )
  })

  it('gives the path of a mistake in a spec', () => {
    const parse = (layer: object) =>
      fromSpec({ model: 'Sequential', layers: [{ layer: 'Dense', units: 1 }, layer as never] }, registry)
    expect(() => parse({ layer: 'Dens', units: 1 })).toThrow(/model\.layers\[1\].*'Dens'.*Did you mean 'Dense'/)
    expect(() => parse({ layer: 'Dense', unit: 1 })).toThrow(/model\.layers\[1\].*'unit'.*Did you mean 'units'/)
    expect(() => parse({ layer: 'Dense', units: 1.5 })).toThrow(/model\.layers\[1\].*units/)
  })
})

describe('files', () => {
  it('hold spec, weights and optimizer state, so that training continues bit for bit', async () => {
    const make = () => {
      const model = siamese()
      model.compile({ optimizer: new Adam({ learningRate: 0.01 }), loss: new MeanSquaredError() })
      return model
    }
    const options = { ...quiet, shuffle: true } as const
    const whole = make()
    const { history } = await whole.fit([a, b], [target, a], { ...options, epochs: 4 })

    const half = make()
    await half.fit([a, b], [target, a], { ...options, epochs: 2 })
    const loaded = await loadModel(await half.toBytes(), { registry })
    const rest = await loaded.fit([a, b], [target, a], { ...options, epochs: 4, initialEpoch: 2 })
    expect(rest.history.loss).toEqual(history.loss!.slice(2))
    expect((await loaded.getWeights()).map(({ data }) => data)).toEqual(
      (await whole.getWeights()).map(({ data }) => data),
    )
  })

  it('with weights only can be loaded into a model of the same layers', async () => {
    const model = siamese(1)
    const other = siamese(2)
    await other.loadWeights(await model.toBytes({ weightsOnly: true }))
    expect(await other.getWeights()).toEqual(await model.getWeights())
    const small = new Sequential([new Dense({ units: 1, inputShape: [2] })])
    await expect(small.loadWeights(await model.toBytes())).rejects.toThrow(/dense\.kernel/)
  })
})
