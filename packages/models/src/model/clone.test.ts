import { cpu } from '@gradus/backend-cpu'
import { type BaseLayer, input, type Layer, type Scope } from '@gradus/core'
import { Add, Dense, Dropout, Embedding, StringLookup, TimeDistributed } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { SGD } from '@gradus/optimizers'
import { mul, type Tensor, type Tree, tensor, useBackend } from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { cloneModel } from './clone.ts'
import { Model } from './model.ts'
import { Sequential } from './sequential.ts'

beforeAll(() => useBackend(cpu()))

const types = ({ layers }: { layers: readonly BaseLayer[] }) => layers.map(({ type }) => type)

function branched() {
  const a = input({ shape: [3], name: 'a' })
  const b = input({ shape: [3], name: 'b' })
  const shared = new Dense({ units: 2, name: 'shared' })
  const inner = new Sequential([new Dense({ units: 2 }), new Dense({ units: 1 })], { name: 'inner' })
  const sum = new Add({}).call([shared.call(a), mul(shared.call(b), 2)])
  return new Model({ inputs: { a, b }, outputs: { y: inner.call(sum), sum }, name: 'outer', seed: 3 })
}

async function same(a: Model, b: Model, x: object): Promise<void> {
  const [of, and] = [await a.predictAll<Tree>(x as never), await b.predictAll<Tree>(x as never)]
  expect(JSON.stringify(and)).toBe(JSON.stringify(of))
}

describe('cloneModel', () => {
  it('makes a functional model again, with shared layers, operations and structures', async () => {
    const model = branched()
    model.compile({ optimizer: new SGD(), loss: { y: new MeanSquaredError() } })
    const clone = cloneModel(model)
    expect(clone.toSpec()).toEqual(model.toSpec())
    expect(clone.layers.some((layer) => model.layers.includes(layer))).toBe(false)
    expect(clone.optimizer).toBe(model.optimizer)
    const x = { a: [[1, 2, 3]], b: [[0, 1, -1]] }
    await model.fit(x, { y: [[1]], sum: [[1, 1]] }, { verbose: 0 })
    await clone.setWeights(await model.getWeights())
    await same(model, clone, x)
  })

  it('calls cloneFunction with each layer once, and with those of nested models if recursive', () => {
    for (const [recursive, expected] of [
      [false, ['Dense', 'Add', 'Sequential']],
      [true, ['Dense', 'Add', 'Dense', 'Dense']],
    ] as const) {
      const seen: string[] = []
      const model = branched()
      const clone = cloneModel(model, {
        recursive,
        cloneFunction: (layer) => {
          seen.push(layer.type)
          return layer
        },
      })
      expect(seen.sort()).toEqual([...expected].sort())
      expect(clone.getLayer('shared')).toBe(model.getLayer('shared'))
    }
    expect(() => cloneModel(branched(), { cloneFunction: (() => 1) as never })).toThrow('returned no layer')
  })

  it('lets callFunction add layers, on given inputs', () => {
    const inputTensors = { a: input({ shape: [3], name: 'c' }), b: input({ shape: [3], name: 'd' }) }
    const clone = cloneModel(branched(), {
      inputTensors,
      callFunction(layer, x, options) {
        const y = layer.callAll<never>(x, options)
        return layer instanceof Dense ? new Dropout({ rate: 0.5 }).call(y) : y
      },
    })
    expect(types(clone)).toEqual([
      ...['InputLayer', 'InputLayer', 'Dense', 'Dropout', 'Dropout', 'Operation', 'Add', 'Sequential'],
    ])
    expect(clone.inputs).toEqual(inputTensors)
    expect(() => cloneModel(branched(), { inputTensors: input({ shape: [3] }) })).toThrow('the model 2 inputs')
  })

  it('makes a stack again, with its input', async () => {
    const model = new Sequential([new Dense({ units: 4, inputShape: [3] })])
    model.add(new Dense({ units: 1 }))
    model.getLayer({ index: 0 }).trainable = false
    const clone = cloneModel(model)
    expect(clone).toBeInstanceOf(Sequential)
    expect(clone.toSpec()).toEqual(model.toSpec())
    const onInput = cloneModel(model, { inputTensors: input({ shape: [3], name: 'other' }) })
    expect(onInput.inputs).toHaveProperty('shape', [null, 3])
    const wider = cloneModel(model, { cloneFunction: () => new Dense({ units: 5 }) })
    expect(wider.build().countParams()).toBe(50)
    expect(() => cloneModel(model, { callFunction: (() => 1) as never })).toThrow('takes no callFunction')
  })

  it('clones layers within layers, and vocabularies', async () => {
    const x = input({ shape: [2, 3] })
    const inner = new Sequential([new Dense({ units: 2, inputShape: [3] })])
    const model = new Model({ inputs: x, outputs: new TimeDistributed({ layer: inner as never }).call(x) })
    const clone = cloneModel(model)
    expect((clone.layers[1]!.config as { layer: Layer }).layer).not.toBe(inner)
    const lookup = new StringLookup()
    await lookup.adapt([['Rome'], ['Oslo']])
    const words = new Sequential([lookup, new Embedding({ inputDim: 3, outputDim: 2 })])
    expect(cloneModel(words).toSpec()).toEqual(words.toSpec())
  })

  it('makes a subclassed model from its options', () => {
    class Twice extends Model<never, { units: number }> {
      readonly dense = new Dense({ units: this.config.units })
      override apply(x: Tensor, scope: Scope<this>): Tensor {
        return scope.call(this.dense, scope.call(this.dense, x))
      }
    }
    const clone = cloneModel(new Twice({ units: 3 }))
    expect(clone).toBeInstanceOf(Twice)
    expect(clone.call(tensor([[1, 2, 3]])).shape).toEqual([1, 3])
    expect(() => cloneModel(clone, { cloneFunction: (layer) => layer })).toThrow('subclassed model')
  })
})
