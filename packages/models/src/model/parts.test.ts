import { cpu } from '@gradus/backend-cpu'
import { input } from '@gradus/core'
import { Concatenate, Dense, Embedding, LSTM } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { SGD } from '@gradus/optimizers'
import { useBackend } from '@gradus/tensor'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { Model } from './model.ts'
import { Sequential } from './sequential.ts'

beforeAll(() => useBackend(cpu()))

describe('parts of a model', () => {
  it('are found by name and by index', () => {
    const model = new Sequential([
      new Dense({ units: 2, name: 'a', inputShape: [3] }),
      new Dense({ units: 1, name: 'b' }),
    ])
    const [a, b] = model.layers
    expect([
      model.getLayer('a'),
      model.getLayer({ name: 'b' }),
      model.getLayer(1),
      model.getLayer({ index: -2 }),
    ]).toEqual([a, b, b, a])
    expect(() => model.getLayer({ index: 2 })).toThrow('no layer at 2. Its layers: a, b')
    expect(() => model.getLayer('constructor')).toThrow("no layer called 'constructor'")
  })

  it('have inputs and outputs, for models that are cut', () => {
    const [x, y] = [input({ shape: [3] }), input({ shape: [2] })]
    const left = new Dense({ units: 4, name: 'left' }).call(x)
    const both = new Concatenate({}).call([left, y])
    const model = new Model({ inputs: [x, y], outputs: new Dense({ units: 1, name: 'out' }).call(both) })
    const layer = model.getLayer('left')
    expect([layer.input, layer.output]).toEqual([x, left])
    const rest = new Model({ inputs: layer.output, outputs: layer.output })
    expect([rest.input, rest.output]).toEqual([left, left])
    expect(model.output).toBe(model.getLayer('out').output)
    expect(() => model.input).toThrow('Functional has 2 inputs; use model.inputs')
    expect(() => model.getLayer({ index: -2 }).input).toThrow('Concatenate has 2 inputs')
    expect(() => new Dense({ units: 1 }).input).toThrow('has no input yet')
  })

  it('are inserted into a stack', () => {
    const model = new Sequential([
      new Dense({ units: 2, name: 'a', inputShape: [3] }),
      new Dense({ units: 1, name: 'c' }),
    ])
    model.build()
    const names = () => Object.keys(model.sublayers()).filter((name) => name !== 'input_layer')
    model.insert(1, new Dense({ units: 5, name: 'b' }))
    model.insert(-1, new Dense({ units: 6, name: 'd' }))
    expect(names()).toEqual(['a', 'b', 'd', 'c'])
    expect(() => model.insert(5, new Dense({ units: 1 }))).toThrow('the index is 5; the model has 4 layers')
    expect(model.pop()!.config).toHaveProperty('name', 'c')
  })

  it('know the shapes of their outputs without weights', () => {
    expect(new Dense({ units: 4 }).computeOutputShape([null, 3])).toEqual([null, 4])
    expect(new Embedding({ inputDim: 9, outputDim: 4 }).computeOutputShape([2, null])).toEqual([2, null, 4])
    const [a, b] = [
      [null, 3],
      [null, 4],
    ] as const
    expect(new Concatenate({}).computeOutputShape([a, b])).toEqual([null, 7])
    const lstm = new LSTM({ units: 4, returnState: true })
    expect(lstm.computeOutputShape([null, 5, 3])).toEqual([
      [null, 4],
      [null, 4],
      [null, 4],
    ])
    const model = new Sequential([new Dense({ units: 4 }), new Dense({ units: 1 })])
    expect(model.computeOutputShape([8, 5])).toEqual([8, 1])
    expect(model.computeOutputShape([8, 6])).toEqual([8, 1]) // the first shape was not kept
    expect(() => new Dense({ units: 4 }).computeOutputShape('3' as never)).toThrow('A shape is a list')
    expect(() => new Dense({ units: 4 }).computeOutputShape([3])).toThrow('an input of shape')
  })

  it('warn when they are frozen during training', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const model = new Sequential([new Dense({ units: 1, inputShape: [1], name: 'a' })])
    const compile = () => model.compile({ optimizer: new SGD(), loss: new MeanSquaredError() })
    compile()
    await model.fit([[1]], [[1]], { verbose: 0 })
    model.getLayer('a').trainable = false
    for (let i = 0; i < 2; i++) await model.fit([[1]], [[1]], { verbose: 0 })
    expect(warn.mock.calls.map(([text]) => text as string)).toEqual([
      '`trainable` of a was changed after training had begun, and has no effect yet. Call compile again.',
    ])
    warn.mockRestore()
  })
})

describe('summary of a range of layers', () => {
  const model = () =>
    new Sequential(['a', 'b1', 'b2', 'c'].map((name) => new Dense({ units: 2, name, inputShape: [2] })))
  const shown = (layerRange: readonly [string, string]) =>
    model()
      .summary({ print: false, layerRange })
      .split('\n')
      .flatMap((line) => /│ (\w+) \(Dense/.exec(line)?.[1] ?? [])

  it('begins with the first match and ends with the last, in any order', () => {
    expect(shown(['b', 'b'])).toEqual(['b1', 'b2'])
    expect(shown(['b2', 'c'])).toEqual(['b2', 'c'])
    expect(shown(['c', 'b.'])).toEqual(['b1', 'b2', 'c'])
    expect(() => shown(['d', 'c'])).toThrow("no layer matches 'd'")
    expect(() => shown('b' as never)).toThrow('the names of the first and the last layer')
  })
})
