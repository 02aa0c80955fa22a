import { cpu } from '@gradus/backend-cpu'
import { type Kind, Layer, Registry, Rng, type Scope } from '@gradus/core'
import { BatchNormalization, Dense, Dropout, layers, regularizers } from '@gradus/layers'
import { losses } from '@gradus/losses'
import { optimizers, SGD } from '@gradus/optimizers'
import { add, mul, ones, type Tensor, useBackend } from '@gradus/tensor'
import { beforeEach, describe, expect, it } from 'vitest'
import { fromSpec } from './from-spec.ts'
import { loadModel } from './load.ts'
import { Sequential } from './sequential.ts'

beforeEach(() => useBackend(cpu()))

const fields = { inner: { type: 'layer' as Kind<Layer>, required: true } } as const

/** A layer with a sublayer: y = x + inner(x). */
class Residual extends Layer<{ readonly inner: Layer }> {
  static readonly type = 'test/Residual'
  static override readonly fields = fields
  apply(x: Tensor, scope: Scope<this>): Tensor {
    return add(x, scope.call(this.config.inner, x))
  }
}

/** Experts in a list; the output is the mean of theirs. */
class Experts extends Layer<{ readonly units: number; readonly count: number }> {
  static readonly type = 'test/Experts'
  static override readonly fields = { units: 'integer', count: 'integer' } as const
  readonly experts = Array.from({ length: this.config.count }, () => new Dense({ units: this.config.units }))
  apply(x: Tensor, scope: Scope<this>): Tensor {
    const outputs = this.experts.map((expert) => scope.call(expert, x))
    return mul(
      outputs.reduce((a, b) => add(a, b)),
      1 / outputs.length,
    )
  }
}

const registry = new Registry([
  ...Object.values(layers),
  ...Object.values(losses),
  ...Object.values(optimizers),
  ...Object.values(regularizers),
  Residual,
  Experts,
])
const x = Array.from({ length: 12 }, (_, i) => [Math.sin(i), Math.cos(2 * i), i / 12])
const y = x.map(([a, b]) => [a! - b!])
const quiet = { verbose: 0, batchSize: 4, shuffle: false } as const

function compiled(stack: Layer[], seed = 1) {
  const model = new Sequential([...stack, new Dense({ units: 1 })], { seed })
  model.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: new losses.MeanSquaredError() })
  return model
}

describe('a layer with sublayers', () => {
  it('names inner weights by their paths, in order, and trains them', async () => {
    const model = compiled([new Residual({ inner: new Residual({ inner: new Dense({ units: 3 }) }), inputShape: [3] })])
    const before = await model.getWeights()
    expect(before.map(({ path, shape }) => [path, shape])).toEqual([
      ['residual.inner.inner.kernel', [3, 3]],
      ['residual.inner.inner.bias', [3]],
      ['dense.kernel', [3, 1]],
      ['dense.bias', [1]],
    ])
    await model.fit(x, y, { ...quiet, epochs: 2 })
    const after = await model.getWeights()
    after.forEach(({ data }, index) => expect(data).not.toEqual(before[index]!.data))
  })

  it('does not change a frozen inner layer, and counts its weights as not trainable', async () => {
    const inner = new Dense({ units: 3, trainable: false })
    const model = compiled([new Residual({ inner, inputShape: [3] })])
    const before = await model.getWeights()
    expect(before.map(({ trainable }) => trainable)).toEqual([false, false, true, true])
    await model.fit(x, y, quiet)
    const after = await model.getWeights()
    expect(after[0]!.data).toEqual(before[0]!.data)
    expect(after[2]!.data).not.toEqual(before[2]!.data)
    expect(model.summary({ print: false })).toContain('Non-trainable params: 12')
  })

  it('adds the penalty of an inner weight to the loss, in training and evaluation', async () => {
    const strength = 0.5
    const with0 = (kernelRegularizer: object) =>
      compiled([new Residual({ inner: new Dense({ units: 3, ...kernelRegularizer }), inputShape: [3] })], 3)
    const penalized = with0({ kernelRegularizer: new regularizers.L2({ l2: strength }) })
    const plain = with0({})
    const [kernel] = await penalized.getWeights()
    const squares = [...kernel!.data].reduce((sum, value) => sum + value * value, 0)
    const silent = { batchSize: quiet.batchSize, verbose: 0 } as const
    const difference = (await penalized.evaluate(x, y, silent)).loss! - (await plain.evaluate(x, y, silent)).loss!
    expect(difference).toBeCloseTo(strength * squares, 5)
    const frozen = compiled(
      [
        new Residual({
          inner: new Dense({ units: 3, trainable: false, kernelRegularizer: new regularizers.L2({ l2: strength }) }),
          inputShape: [3],
        }),
      ],
      3,
    )
    expect((await frozen.evaluate(x, y, silent)).loss).toBeCloseTo((await plain.evaluate(x, y, silent)).loss!, 6)
  })

  it('updates the moving averages of an inner layer, unless the call has training: false', async () => {
    class Calm extends Layer<{ readonly inner: Layer }> {
      static readonly type = 'test/Calm'
      static override readonly fields = fields
      apply(input: Tensor, scope: Scope<this>): Tensor {
        return scope.call(this.config.inner, input, { training: false })
      }
    }
    for (const [Class, moves] of [
      [Residual, true],
      [Calm, false],
    ] as const) {
      const model = compiled([new Class({ inner: new BatchNormalization(), inputShape: [3] })])
      const before = await model.getWeights()
      await model.fit(x, y, quiet)
      const after = await model.getWeights()
      const mean = after.findIndex(({ path }) => path.endsWith('movingMean'))
      expect(mean).toBeGreaterThan(0)
      expect([...after[mean]!.data].some((value, index) => value !== before[mean]!.data[index])).toBe(moves)
    }
  })

  it('draws different random numbers in each inner layer and call, and equal ones for equal streams', () => {
    class Pair extends Layer {
      readonly first = new Dropout({ rate: 0.5 })
      readonly second = new Dropout({ rate: 0.5 })
      apply(input: Tensor, scope: Scope<this>): Tensor[] {
        return [this.first, this.second, this.first].map((layer) => scope.call(layer, input))
      }
    }
    const draw = (layer: Pair, seed: number) =>
      layer.callAll(ones([1, 64]), { training: true, rng: new Rng(seed) }).map((output) => String(output.array()))
    const drawn = draw(new Pair(), 1)
    expect(new Set(drawn).size).toBe(3)
    expect(draw(new Pair(), 1)).toEqual(drawn)
    expect(draw(new Pair(), 2)).not.toEqual(drawn)
  })

  it('is saved and loaded with its inner layer', async () => {
    const model = compiled([
      new Residual({ inner: new Dense({ units: 3, trainable: false }), inputShape: [3] }),
      new Experts({ units: 2, count: 3 }),
    ])
    await model.fit(x, y, quiet)
    const copy = await loadModel(await model.toBytes(), { registry })
    expect(copy.toSpec()).toEqual(model.toSpec())
    expect(await copy.getWeights()).toEqual(await model.getWeights())
    expect((await copy.predict(x)).array()).toEqual((await model.predict(x)).array())
    const again = await Promise.all([model, copy].map((one) => one.fit(x, y, { ...quiet, epochs: 2, initialEpoch: 1 })))
    expect(again[0]!.history).toEqual(again[1]!.history)
  })

  it('has sublayers in lists', async () => {
    const model = compiled([new Experts({ units: 2, count: 2, inputShape: [3] })])
    expect((await model.getWeights()).map(({ path }) => path)).toEqual([
      'experts.experts.0.kernel',
      'experts.experts.0.bias',
      'experts.experts.1.kernel',
      'experts.experts.1.bias',
      'dense.kernel',
      'dense.bias',
    ])
    expect(fromSpec(model.toSpec(), registry).countParams()).toBe(model.countParams())
  })

  it('may contain a model, which is built from its spec at any depth', async () => {
    const inner = new Sequential([new Dense({ units: 4, activation: 'tanh' }), new Dense({ units: 3 })])
    const model = compiled([new Residual({ inner, inputShape: [3] })])
    await model.fit(x, y, quiet)
    const copy = await loadModel(await model.toBytes(), { registry })
    expect((await copy.predict(x)).array()).toEqual((await model.predict(x)).array())
  })

  it('may contain models in a list', () => {
    class Sum extends Layer<{ readonly parts: readonly Layer[] }> {
      static readonly type = 'test/Sum'
      static override readonly fields = { parts: 'layer' } as const
      apply(x: Tensor, scope: Scope<this>): Tensor {
        return this.config.parts.map((part) => scope.call(part, x)).reduce((a, b) => add(a, b))
      }
    }
    const part = () => new Sequential([new Dense({ units: 4, activation: 'tanh' }), new Dense({ units: 3 })])
    const model = compiled([new Sum({ parts: [part(), new Dense({ units: 3 }), part()], inputShape: [3] })])
    const copy = fromSpec(model.build().toSpec(), registry.with(Sum))
    expect(copy.build().toSpec()).toEqual(model.toSpec())
    expect(copy.countParams()).toBe(model.countParams())
  })
})
