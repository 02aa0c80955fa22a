// Models after a change of the backend, and the memory of models that are dropped or disposed.
import { cpu } from '@gradus/backend-cpu'
import { wasm } from '@gradus/backend-wasm'
import { Dense, Dropout } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { Adam } from '@gradus/optimizers'
import { type Backend, memory, onBackend, ones, useBackend } from '@gradus/tensor'
import { beforeEach, describe, expect, it } from 'vitest'
import { Model } from './model.ts'
import { Sequential } from './sequential.ts'

const x = Array.from({ length: 32 }, (_, i) => [Math.sin(i), Math.cos(i)])
const y = x.map(([a, b]) => [a! - 2 * b!])
const options = { epochs: 2, batchSize: 8, verbose: 0 } as const

function makeModel(width = 8): Sequential {
  const model = new Sequential(
    [new Dense({ units: width, activation: 'tanh' }), new Dropout({ rate: 0.2 }), new Dense({ units: 1 })],
    { seed: 3 },
  )
  model.compile({ optimizer: new Adam({ learningRate: 0.05 }), loss: new MeanSquaredError() })
  return model
}

const valuesOf = async (model: Model) => (await model.getWeights()).flatMap(({ data }) => [...data])
const isClose = (found: readonly number[], expected: readonly number[]) =>
  found.forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 4))

const pairs: [string, () => Backend, () => Backend][] = [
  ['wasm to cpu', () => wasm({ threads: 1 }), cpu],
  ['cpu to wasm', cpu, () => wasm({ threads: 1 })],
  ['one wasm to another', () => wasm({ threads: 1 }), () => wasm({ threads: 1 })],
]

describe.each(pairs)('from %s', (_, first, second) => {
  it('a model moves when it is used after useBackend, and trains as if it had not moved', async () => {
    await useBackend(first())
    const stayed = makeModel()
    await stayed.fit(x, y, options)
    await stayed.fit(x, y, options)
    const moved = makeModel()
    await moved.fit(x, y, options)
    const before = [...(await moved.predict(x)).dataSync()]

    const backend = await useBackend(second())
    isClose([...(await moved.predict(x)).dataSync()], before)
    await moved.fit(x, y, options)
    expect(moved.variables.every(({ value }) => value.storage.memory === backend)).toBe(true)
    isClose(await valuesOf(moved), await valuesOf(stayed))
    const figures = await moved.evaluate(x, y, { verbose: 0 })
    expect(figures.loss).toBeCloseTo((await stayed.evaluate(x, y, { verbose: 0 })).loss!, 4)
    isClose([...moved.call(ones([1, 2])).dataSync()], [...(await stayed.predict([[1, 1]])).dataSync()])
  })

  it('each way of using a model moves it', async () => {
    const uses: ((model: Sequential) => unknown)[] = [
      (model) => model.fit(x, y, options),
      (model) => model.evaluate(x, y, { verbose: 0 }),
      (model) => model.predict(x),
      (model) => model.predict(ones([4, 2])),
      (model) => model.call(ones([4, 2])),
      (model) => model.trainOnBatch(x, y),
      (model) => model.testOnBatch(x, y),
      async (model) => {
        for await (const { figures } of model.steps(x, y, { epochs: 1 })) await figures()
      },
    ]
    const [one, other] = [first(), second()]
    for (const use of uses) {
      await useBackend(one)
      const model = makeModel()
      await model.fit(x, y, options)
      await useBackend(other)
      await use(model)
      expect(model.variables.every(({ value }) => value.storage.memory === other)).toBe(true)
    }
  })

  it('to moves a model, and frees the old tensors', async () => {
    await useBackend(first())
    const model = makeModel()
    await model.fit(x, y, options)
    const [values, { buffers, bytes }] = [await valuesOf(model), memory()]
    const backend = second()
    expect(await model.to(backend)).toBe(model)
    expect(await model.to(backend)).toBe(model)
    expect(model.variables.every(({ value }) => value.storage.memory === backend)).toBe(true)
    expect(await valuesOf(model)).toEqual(values)
    expect(memory().buffers).toBeLessThanOrEqual(buffers)
    expect(memory().bytes).toBeLessThanOrEqual(bytes)
  })

  it('uses at the same time move a model once', async () => {
    await useBackend(first())
    const model = makeModel()
    await model.fit(x, y, options)
    await useBackend(second())
    const [a, b] = await Promise.all([model.predict(x), model.predict(x)])
    expect([...a.dataSync()]).toEqual([...b.dataSync()])
  })
})

describe.each([
  ['cpu', cpu],
  ['wasm', () => wasm({ threads: 1 })],
] as const)('on %s', (_, start) => {
  beforeEach(() => useBackend(start()))

  it('dispose frees all that a model holds', async () => {
    // tensors of other tests may be made or collected meanwhile, but not in every round
    const left: number[] = []
    let model = makeModel()
    for (let round = 0; round < 3; round++) {
      const { buffers } = memory()
      model = makeModel()
      await model.fit(x, y, options)
      model.dispose()
      left.push(memory().buffers - buffers)
    }
    expect(Math.min(...left)).toBeLessThanOrEqual(0)
    model.dispose()
    await expect(model.predict(x)).rejects.toThrow(/was disposed.*Build or load it again/)
    await expect(model.fit(x, y, options)).rejects.toThrow(/was disposed/)
    expect(() => model.call(ones([1, 2]))).toThrow(/was disposed/)
  })

  it('a model is neither disposed nor moved during fit', async () => {
    const model = makeModel()
    const errors: string[] = []
    const onEpochEnd = async () => {
      for (const act of [async () => model.dispose(), () => model.to(cpu())])
        await act().catch((error: Error) => errors.push(error.message))
    }
    await model.fit(x, y, { ...options, epochs: 1, callbacks: [{ onEpochEnd }] })
    expect(errors).toEqual([expect.stringContaining('dispose'), expect.stringContaining('to was called')])
  })

  it('sixty models of 8 MB that are dropped do not stay', async () => {
    const { bytes } = memory()
    const sample = [new Array<number>(1000).fill(1)]
    for (let round = 0; round < 60; round++) {
      const dense = () => new Dense({ units: 1000, kernelInitializer: 'zeros' })
      const model = new Sequential([dense(), dense()])
      await model.predict(sample)
      await new Promise((resolve) => setTimeout(resolve))
    }
    // all of them would be 480 MB
    expect((memory().bytes - bytes) / 1e6).toBeLessThan(300)
  }, 180_000)
})

it('a model that is called on a backend goes there', async () => {
  await useBackend(cpu())
  const model = new Sequential([new Dense({ units: 1, kernelInitializer: 'ones', inputShape: [2] })]).build()
  const other = wasm({ threads: 1 })
  const result = onBackend(other, () => model.call(ones([1, 2])))
  expect(result.array()).toEqual([[2]])
  expect(model).toBeInstanceOf(Model)
})
