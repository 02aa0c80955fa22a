import { valueAndGrad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { input, type LayerTrees, Rng } from '@gradus/core'
import { compile, decorate } from '@gradus/graph'
import { BatchNormalization, Dense, Dropout } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { Adam } from '@gradus/optimizers'
import { type Backend, mean, memory, square, sub, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { beforeEach, describe, expect, it } from 'vitest'
import { Model } from './model.ts'
import { Sequential } from './sequential.ts'

let reads = 0
beforeEach(async () => {
  const inner = cpu()
  const backend: Backend = decorate(inner, {
    read(buffer) {
      reads++
      return inner.read(buffer)
    },
  })
  await useBackend(backend)
})

const rows = Array.from({ length: 40 }, (_, i) => [Math.sin(i), Math.cos(2 * i), i / 40])
const targets = rows.map(([a, b]) => [a! - b!])
const network = (seed = 1) =>
  new Sequential([new Dense({ units: 4, activation: 'tanh' }), new BatchNormalization(), new Dense({ units: 1 })], {
    seed,
  })

describe('a model called on tensors', () => {
  it('runs at once, without reading values to the host', () => {
    const model = network()
    const x = tensor(rows)
    reads = 0
    const y = model.call(x)
    expect([y.shape, reads]).toEqual([[40, 1], 0])
    expect(model.call(x).array()).toEqual(y.array())
    expect(network().call(x).array()).toEqual(y.array())
    expect(network(2).call(x).array()).not.toEqual(y.array())
  })

  it('keeps the state that a training call changes', () => {
    const model = network()
    const x = tensor(rows)
    const before = model.call(x).array()
    model.call(x, { training: true })
    expect(model.call(x).array()).not.toEqual(before)
  })

  it('works inside compile, and throws where the call would change state', () => {
    const model = network()
    const x = tensor(rows)
    const expected = model.call(x).array() as number[][]
    const compiled = compile((value: Tensor) => model.call(value))
    ;(compiled(x).array() as number[][]).forEach(([value], i) => expect(value).toBeCloseTo(expected[i]![0]!, 5))
    expect(() => compile((value: Tensor) => model.call(value, { training: true }))(x)).toThrow('statelessCall')
  })

  it('follows gradients to inputs and parameters', () => {
    const model = network().build([null, 3])
    const x = tensor(rows)
    const y = tensor(targets)
    const { params } = model.variablesTree()
    const loss = (p: LayerTrees) => mean(square(sub(model.applyWith(p, x), y)))
    const [value, gradient] = valueAndGrad(loss)(params)
    expect(Object.keys(gradient)).toEqual(Object.keys(params))
    expect(value.item()).toBeGreaterThan(0)
    const [, toInput] = valueAndGrad((given: Tensor) => mean(square(model.call(given))))(x)
    expect(toInput.shape).toEqual(x.shape)
  })

  it('is trained by a custom loop of pure functions as by fit', async () => {
    const fitted = network(5)
    fitted.compile({ optimizer: new Adam({ learningRate: 0.01 }), loss: new MeanSquaredError() })
    await fitted.fit(rows, targets, { verbose: 0, batchSize: 40, epochs: 5, shuffle: false })

    const model = network(5)
    model.build([null, 3])
    const optimizer = new Adam({ learningRate: 0.01 })
    let { params, state } = model.variablesTree()
    let slots = optimizer.init(params)
    const step = compile(
      (p: LayerTrees, s: LayerTrees, o: typeof slots, x: Tensor, y: Tensor) => {
        const [[loss, next], gradients] = valueAndGrad((own: LayerTrees) => {
          const { outputs, state: after } = model.statelessCall({ params: own, state: s }, x, { training: true })
          return [mean(square(sub(outputs as Tensor, y))), after] as const
        })(p)
        const [updated, slotsAfter] = optimizer.update(gradients, o, p)
        return [loss, updated, next, slotsAfter] as const
      },
      { donate: [0, 1, 2] },
    )
    const [x, y] = [tensor(rows), tensor(targets)]
    for (let i = 0; i < 5; i++) [, params, state, slots] = step(params, state, slots, x, y)
    model.setVariablesTree({ params, state })
    const [a, b] = [await fitted.getWeights(), await model.getWeights()]
    a.forEach(({ data }, index) => data.forEach((value, at) => expect(b[index]!.data[at]).toBeCloseTo(value, 4)))
  })

  it('predicts on tensors in batches, without reading values to the host', async () => {
    const model = network()
    const x = tensor(rows)
    const whole = (await model.predict(rows)).array()
    const { buffers } = memory()
    reads = 0
    const y = await model.predict(x, { batchSize: 16 })
    expect([reads, memory().buffers - buffers]).toEqual([0, 1])
    expect(y.array()).toEqual(whole)
    expect(x.array()).toHaveLength(40)
    await expect(model.predict(tensor([[1, 2]]))).rejects.toThrow(
      "The input 'input_layer' expects samples of shape [3]",
    )
  })

  it('dropout uses the random stream given to a call', () => {
    const model = new Sequential([new Dropout({ rate: 0.5 })])
    const x = tensor(rows)
    const draw = (seed: number) => String(model.call(x, { training: true, rng: new Rng(seed) }).array())
    expect(draw(1)).toBe(draw(1))
    expect(draw(1)).not.toBe(draw(2))
  })
})

describe('parts of a model', () => {
  it('a model up to a layer, from the output of the layer', async () => {
    const x = input({ shape: [3] })
    const hidden = new Dense({ units: 4, activation: 'tanh', name: 'hidden' })
    const base = new Model({ inputs: x, outputs: new Dense({ units: 1 }).call(hidden.call(x)), seed: 1 })
    const features = new Model({ inputs: base.inputs, outputs: base.getLayer('hidden').output })
    expect((await features.predict(rows)).shape).toEqual([40, 4])
    expect(base.outputOf('hidden')).toBe(hidden.output)
    features.trainable = false
    const head = new Sequential([features, new Dense({ units: 1 })])
    head.compile({ optimizer: new Adam(), loss: new MeanSquaredError() })
    const before = (await base.getWeights())[0]!.data
    await head.fit(rows, targets, { verbose: 0 })
    expect((await base.getWeights())[0]!.data).toEqual(before)
    expect(head.countParams()).toBe(16 + 5)
  })

  it('a Sequential has inputs, outputs and layers by name and index', () => {
    const model = network()
    expect(() => model.inputs).toThrow('does not know the shape of its input yet')
    model.build([null, 3])
    expect(model.getLayer('dense_1')).toBe(model.getLayer(2))
    expect(() => model.getLayer('dense_7')).toThrow(
      "no layer called 'dense_7'. Its layers: dense, batch_normalization, dense_1",
    )
    expect(model.getLayer('dense').output.shape).toEqual([null, 4])
    expect(new Model({ inputs: model.inputs, outputs: model.getLayer(1).output }).countParams()).toBe(32)
    model.pop()
    model.add(new Dense({ units: 2 }))
    model.build([null, 3])
    expect(model.getLayer('dense').output.shape).toEqual([null, 4])
  })
})
