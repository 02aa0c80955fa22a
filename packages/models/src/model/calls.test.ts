import { cpu } from '@gradus/backend-cpu'
import { HostLayer, type HostValues, input, Layer, Registry, type Scope } from '@gradus/core'
import { BatchNormalization, Dense, Embedding, GRU, LSTM, layers, TimeDistributed } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { SGD } from '@gradus/optimizers'
import { add, concat, mul, type Operation, relu, type Tensor, tensor, useBackend } from '@gradus/tensor'
import * as ops from '@gradus/tensor/ops'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { fromSpec } from './from-spec.ts'
import { Model } from './model.ts'
import { Sequential } from './sequential.ts'

beforeEach(() => useBackend(cpu()))

const operations = Object.values<unknown>(ops).filter(
  (value): value is Operation => (value as { kind?: string }).kind === 'operation',
)
const registry = new Registry([...Object.values(layers), ...operations])
const json = (value: unknown): never => JSON.parse(JSON.stringify(value)) as never
const x = Array.from({ length: 8 }, (_, i) => [Math.sin(i), i / 8])
const y = x.map(([a]) => [a!])
const quiet = { verbose: 0, batchSize: 4 } as const

describe('the options of a call', () => {
  const calm = (training: boolean | undefined) => {
    const given = input({ shape: [2] })
    const normalized = new BatchNormalization({ name: 'norm' }).call(given, {
      ...(training !== undefined && { training }),
    })
    return new Model({ inputs: given, outputs: new Dense({ units: 1 }).call(normalized), seed: 1 })
  }

  it('training: false keeps the moving averages, also after saving and loading', async () => {
    for (const [training, moves] of [
      [false, false],
      [undefined, true],
    ] as const) {
      const first = calm(training)
      for (const model of [first, fromSpec(json(first.toSpec()), registry)]) {
        model.compile({ optimizer: new SGD(), loss: new MeanSquaredError() })
        await model.fit(x, y, quiet)
        const average = (await model.getWeights()).find(({ path }) => path === 'norm.movingMean')!
        expect([...average.data].some((value) => value !== 0)).toBe(moves)
      }
    }
    expect(json(calm(false).toSpec())).toMatchObject({
      layers: [{}, { calls: [{ options: { training: false } }] }, {}],
    })
  })

  it('may be tensors of the model: initial states, masks', async () => {
    const sequence = input({ shape: [4, 2], name: 'sequence' })
    const start = input({ shape: [3], name: 'start' })
    const out = new GRU({ units: 3 }).call(sequence, { initialState: [start] })
    const model = new Model({ inputs: [sequence, start], outputs: out, seed: 1 })
    const values = [
      tensor([
        [
          [1, 2],
          [3, 4],
          [5, 6],
          [7, 8],
        ],
      ]),
      tensor([[0.5, -0.5, 1]]),
    ]
    const expected = (await model.predict(values)).array()
    const copy = fromSpec(json(model.toSpec()), registry)
    await copy.setWeights(await model.getWeights())
    expect((await copy.predict(values)).array()).toEqual(expected)
    expect((await model.predict([values[0]!, tensor([[0, 0, 0]])])).array()).not.toEqual(expected)
  })

  it('that a layer does not know are an error', () => {
    const given = input({ shape: [2] })
    expect(() => new Dense({ units: 1 }).call(given, { initialState: [] } as never)).toThrow(
      "A call of Dense has no option 'initialState'",
    )
  })

  it('several outputs: sequence and states, each with its shape', () => {
    const given = input({ shape: [null, 2] })
    const outputs = new LSTM({ units: 3, returnSequences: true, returnState: true }).callAll(given)
    expect(outputs.map(({ shape }) => shape)).toEqual([
      [null, null, 3],
      [null, 3],
      [null, 3],
    ])
  })
})

describe('operations on symbolic tensors', () => {
  it('are part of the model, with numbers and tensors among their arguments, and are saved', async () => {
    const [a, b] = [input({ shape: [2] }), input({ shape: [2] })]
    const shifted = add(mul(b, 2), tensor([1, -1]))
    const hidden = relu(add(new Dense({ units: 2 }).call(a), shifted))
    const model = new Model({ inputs: [a, b], outputs: concat([hidden, a], -1), seed: 1 })
    const copy = fromSpec(json(model.toSpec()), registry)
    await copy.setWeights(await model.getWeights())
    const values = [tensor(x), tensor(x)]
    const expected = (await model.predict(values)).array()
    expect((await copy.predict(values)).array()).toEqual(expected)
    expect(copy.toSpec()).toEqual(model.toSpec())
    expect(model.outputs).toMatchObject({ shape: [null, 4] })
    expect(model.summary({ print: false })).toContain('relu (Relu)')
  })
})

describe('one program for many lengths', () => {
  const lengths = [3, 5, 2]
  const sequences = (length: number) =>
    Array.from({ length: 4 }, (_, i) => Array.from({ length }, (__, t) => [Math.sin(i + t), Math.cos(i * t)]))
  const build = (maxLength?: number) => {
    const given = input({ shape: [null, 2], ...(maxLength && { maxLength }) })
    const steps = new LSTM({ units: 3, returnSequences: true, name: 'lstm' }).call(given)
    const last = new GRU({ units: 2, name: 'gru' }).call(given)
    const each = new TimeDistributed({ layer: new Dense({ units: 1 }), name: 'each' }).call(steps)
    return new Model({ inputs: given, outputs: [each, last], seed: 1 })
  }

  it('has the outputs of models without maxLength, at the length of the input', async () => {
    const [limited, free] = [build(6), build()]
    for (const length of lengths) {
      const [a, b] = [await limited.predictAll(sequences(length)), await free.predictAll(sequences(length))]
      expect(a[0]!.shape).toEqual([4, length, 1])
      a.forEach((output, index) => {
        const other = b[index]!.dataSync()
        output.dataSync().forEach((value, at) => expect(value).toBeCloseTo(other[at]!, 6))
      })
    }
    await expect(limited.predict(sequences(7))).rejects.toThrow('has 7 time steps and the model takes 6 at most')
  })

  it('trains on batches of all lengths with one program, and loss and metrics leave the padding out', async () => {
    const given = input({ shape: [null, 2], maxLength: 6 })
    const out = new TimeDistributed({ layer: new Dense({ units: 1 }) }).call(
      new LSTM({ units: 3, returnSequences: true }).call(given),
    )
    const model = new Model({ inputs: given, outputs: out, seed: 1 })
    model.compile({ optimizer: new SGD(), loss: new MeanSquaredError() })
    const warn = vi.spyOn(console, 'warn')
    for (const length of [1, 2, 3, 4, 5, 6, 1, 2, 3, 4]) {
      const data = sequences(length)
      const target = data.map((rows) => rows.map(([value]) => [value!]))
      const { loss } = await model.testOnBatch(data, target)
      const made = (await model.predict(data)).array() as number[][][]
      const errors = made.flatMap((rows, i) => rows.map(([value], t) => (value! - target[i]![t]![0]!) ** 2))
      expect(loss).toBeCloseTo(errors.reduce((a, b) => a + b) / errors.length, 5)
      await model.trainOnBatch(data, target)
    }
    expect(warn).not.toHaveBeenCalled()
  })

  it('needs samples with an unknown first dimension', () => {
    expect(() => input({ shape: [4, 2], maxLength: 6 })).toThrow(
      "'maxLength' is 6 and the shape of a sample begins with 4",
    )
  })
})

describe('layers that work on the host', () => {
  class Lengths extends HostLayer {
    static readonly type = 'test/Lengths'
    processValues({ data, shape }: HostValues): HostValues {
      return { data: Int32Array.from(data as readonly string[], (text) => text.length), shape, dtype: 'int32' }
    }
    outputShape(shape: readonly number[]): readonly number[] {
      return shape
    }
  }
  const words = [
    ['a', 'bb'],
    ['ccc', ''],
    ['bb', 'a'],
    ['dd', 'ccc'],
  ]
  const known = registry.with(Lengths)

  it('may start a Sequential: strings in, numbers out, in training, evaluation and prediction', async () => {
    const stack = () => [new Embedding({ inputDim: 4, outputDim: 2 }), new GRU({ units: 2 }), new Dense({ units: 1 })]
    const model = new Sequential([new Lengths({ inputShape: [2] }), ...stack()], { seed: 1 })
    const rest = new Sequential(stack(), { seed: 1 })
    rest.build([null, 2])
    const numbers = words.map((row) => row.map((word) => word.length))
    for (const one of [model, rest]) one.compile({ optimizer: new SGD(), loss: new MeanSquaredError() })
    await rest.setWeights((await model.getWeights()).map(({ path: _, trainable: __, ...values }) => values))
    const [a, b] = [
      await model.fit(words, y.slice(0, 4), { ...quiet, epochs: 2 }),
      await rest.fit(numbers, y.slice(0, 4), { ...quiet, epochs: 2 }),
    ]
    expect(a.history).toEqual(b.history)
    expect((await model.predict(words)).array()).toEqual((await rest.predict(numbers)).array())
    const copy = fromSpec(json(model.toSpec()), known)
    await copy.setWeights(await model.getWeights())
    expect((await copy.predict(words)).array()).toEqual((await model.predict(words)).array())
    await expect(model.predict(numbers)).rejects.toThrow('expects strings and got float32 numbers')
    await expect(rest.predict(words)).rejects.toThrow('holds strings')
  })

  it('may start a functional model with other inputs, and a model within a model', async () => {
    const text = input({ shape: [2], dtype: 'string', name: 'text' })
    const age = input({ shape: [1], name: 'age' })
    const counted = new Lengths().call(text)
    const inner = new Model({
      inputs: [text, age],
      outputs: new Dense({ units: 2 }).call(
        concat([new Embedding({ inputDim: 4, outputDim: 1 }).call(counted), new Wide().call(age)], 1),
      ),
      seed: 1,
    })
    const ages = words.map((_, i) => [i])
    const expected = (await inner.predict({ text: words, age: ages })).array()
    const [text2, age2] = [input({ shape: [2], dtype: 'string', name: 'text' }), input({ shape: [1], name: 'age' })]
    const outer = new Model({ inputs: { text: text2, age: age2 }, outputs: mul(inner.call([text2, age2]), 2) })
    const doubled = (await outer.predict({ age: ages, text: words })).array() as number[][][]
    expect(doubled.flat(2)).toEqual((expected as number[][][]).flat(2).map((value) => value * 2))
  })

  it('cannot follow a layer on the device', () => {
    const given = input({ shape: [2] })
    expect(
      () => new Model({ inputs: given, outputs: new Lengths().call(new Dense({ units: 2 }).call(given)) }),
    ).toThrow('works on the host and reads the output of a layer on the device')
    const text = input({ shape: [2], dtype: 'string' })
    expect(() => new Dense({ units: 2 }).call(text)).toThrow('Dense takes numbers, and its input is strings')
  })

  class Wide extends Layer {
    static readonly type = 'test/Wide'
    apply(value: Tensor, _scope: Scope<this>): Tensor {
      return mul(ops.expandDims(value, -1), 1)
    }
  }
})
