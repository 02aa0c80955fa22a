// A layer that a model reaches on several paths is one set of variables. Expected numbers come from the same computation written
// with ops on tensors, in which the shared parameters occur once.
import { valueAndGrad } from '@gradus/autograd'
import { input, type Kind, Layer, Registry, type Scope } from '@gradus/core'
import { BatchNormalization, Dense, layers, regularizers } from '@gradus/layers'
import { losses, MeanSquaredError } from '@gradus/losses'
import { optimizers, SGD } from '@gradus/optimizers'
import { add, matmul, mean, mul, sqrt, square, sub, sum, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { startAll } from '../../../../tests/backends.ts'
import type { StepBatch, TrainStep } from '../step/index.ts'
import { fromSpec } from './from-spec.ts'
import { loadModel } from './load.ts'
import { Model } from './model.ts'
import { Sequential } from './sequential.ts'

const fields = { inner: { type: 'layer' as Kind<Layer>, required: true } } as const

/** A custom layer around another: 2 inner(x). */
class Doubled extends Layer<{ readonly inner: Layer }> {
  static readonly type = 'test/Doubled'
  static override readonly fields = fields
  apply(x: Tensor, scope: Scope<this>): Tensor {
    return mul(scope.call(this.config.inner, x), 2)
  }
}

const registry = new Registry([
  ...Object.values(layers),
  ...Object.values(losses),
  ...Object.values(optimizers),
  ...Object.values(regularizers),
  Doubled,
])

const x = Array.from({ length: 8 }, (_, i) => [Math.sin(i), Math.cos(2 * i), i / 8])
const y = x.map(([a, b]) => [a! - b!, a! * b!, 1])
const quiet = { verbose: 0, batchSize: 8, shuffle: false } as const
const start = [0.5, -0.25, 0.125, 0.75, 0.0625, -0.5, 0.25, 1, -0.125, 0.1, 0.2, 0.3]

const shared = () => new Dense({ units: 3, kernelRegularizer: new regularizers.L2({ l2: 0.1 }) })
const nested = (layer: Layer) => {
  const inside = input({ shape: [3] })
  return new Model({ inputs: inside, outputs: layer.call(inside) })
}

/** Models that compute f(f(x)), or the same with factors, each with one f on two paths. */
const twoPaths: Readonly<Record<string, { readonly factor: number; readonly make: () => Model }>> = {
  'a functional model and the outer model': {
    factor: 1,
    make() {
      const layer = shared()
      const a = input({ shape: [3] })
      return new Model({ inputs: a, outputs: layer.call(nested(layer).call(a)) })
    },
  },
  'the outer model first': {
    factor: 1,
    make() {
      const layer = shared()
      const a = input({ shape: [3] })
      return new Model({ inputs: a, outputs: nested(layer).call(layer.call(a)) })
    },
  },
  'two functional models': {
    factor: 1,
    make() {
      const layer = shared()
      const a = input({ shape: [3] })
      return new Model({ inputs: a, outputs: nested(layer).call(nested(layer).call(a)) })
    },
  },
  'two stacks': {
    factor: 1,
    make() {
      const layer = shared()
      const a = input({ shape: [3] })
      return new Model({ inputs: a, outputs: new Sequential([layer]).call(new Sequential([layer]).call(a)) })
    },
  },
  'two stacks in a stack': {
    factor: 1,
    make() {
      const layer = shared()
      return new Sequential([new Sequential([layer]), new Sequential([layer])])
    },
  },
  'a model in a model': {
    factor: 1,
    make() {
      const layer = shared()
      const a = input({ shape: [3] })
      const outer = nested(new Sequential([layer]))
      return new Model({ inputs: a, outputs: layer.call(outer.call(a)) })
    },
  },
  'a custom layer and the outer model': {
    factor: 2,
    make() {
      const layer = shared()
      return new Sequential([new Doubled({ inner: layer, inputShape: [3] }), layer])
    },
  },
  'two custom layers': {
    factor: 4,
    make() {
      const layer = shared()
      return new Sequential([new Doubled({ inner: layer, inputShape: [3] }), new Doubled({ inner: layer })])
    },
  },
  'a custom layer and a model': {
    factor: 2,
    make() {
      const layer = shared()
      const a = input({ shape: [3] })
      return new Model({ inputs: a, outputs: nested(layer).call(new Doubled({ inner: layer }).call(a)) })
    },
  },
  'a class of models': {
    factor: 2,
    make() {
      class Twice extends Model {
        static readonly type = 'test/Twice'
        readonly dense = shared()
        readonly around = new Doubled({ inner: this.dense })
        override apply(given: Tensor, scope: Scope<this>): Tensor {
          return scope.call(this.dense, scope.call(this.around, given))
        }
      }
      return new Twice()
    },
  },
}

const reference = (factor: number) => {
  const kernel = tensor(start.slice(0, 9), { shape: [3, 3] })
  const bias = tensor(start.slice(9))
  const loss = ([k, b]: readonly [Tensor, Tensor]): Tensor => {
    const f = (h: Tensor) => add(matmul(h, k), b)
    const fit = mean(square(sub(mul(f(f(tensor(x))), 1), tensor(y))))
    return add(fit, mul(sum(square(k)), 0.1))
  }
  const scaled = ([k, b]: readonly [Tensor, Tensor]): Tensor => {
    const f = (h: Tensor) => add(matmul(h, k), b)
    const out = factor === 4 ? mul(f(mul(f(tensor(x)), 2)), 2) : f(mul(f(tensor(x)), 2))
    return add(mean(square(sub(out, tensor(y)))), mul(sum(square(k)), 0.1))
  }
  return valueAndGrad(factor === 1 ? loss : scaled)([kernel, bias])
}

for (const { name, backend } of await startAll()) {
  describe.skipIf(!backend).each([{ jit: true }, { jit: false }])(
    `a layer on two paths, ${name}, jit $jit`,
    ({ jit }) => {
      it.each(Object.entries(twoPaths))('%s', async (title, { factor, make }) => {
        useBackend(backend!)
        const model = make()
        const clip = 0.5
        model.compile({
          optimizer: new SGD({ learningRate: 0.5, globalClipNorm: clip }),
          loss: new MeanSquaredError(),
          jit,
        })
        model.build([null, 3])
        expect(model.countParams()).toBe(12)
        expect(model.summary()).toContain('Total params: 12')
        await model.setWeights([tensor(start.slice(0, 9), { shape: [3, 3] }), tensor(start.slice(9))])
        const [loss, [dk, db]] = reference(factor)
        const { history } = await model.fit(x, y, quiet)
        expect(history.loss![0]).toBeCloseTo((await loss.data())[0]!, 4)
        const norm = (await sqrt(add(sum(square(dk)), sum(square(db)))).data())[0]!
        expect(norm).toBeGreaterThan(clip)
        const expected = [...(await dk.data()), ...(await db.data())].map((g, i) => start[i]! - (0.5 * clip * g) / norm)
        const weights = await model.getWeights()
        expect(weights).toHaveLength(2)
        weights.flatMap(({ data }) => [...data]).forEach((w, i) => expect(w).toBeCloseTo(expected[i]!, 4))
        if (title === 'a class of models') return // not in the registry
        const loaded = await loadModel(await model.toBytes(), { registry })
        expect(loaded.countParams()).toBe(12)
        expect((await loaded.getWeights()).map(({ path }) => path)).toEqual(weights.map(({ path }) => path))
        // a loaded model is compiled, whatever `jit` was
        const after = async (m: Model) => {
          await m.fit(x, y, quiet)
          return (await m.getWeights()).flatMap(({ data }) => [...data])
        }
        const [next, again] = [await after(model), await after(loaded)]
        again.forEach((w, i) => expect(w).toBeCloseTo(next[i]!, 4))
      })

      it('a shared BatchNormalization sees all batches', async () => {
        useBackend(backend!)
        const norm = new BatchNormalization({ momentum: 0.5, scale: false, center: false })
        const a = input({ shape: [3] })
        const h = nested(norm).call(a)
        const out = new Dense({ units: 3, trainable: true }).call(norm.call(mul(h, 3) as never))
        const model = new Model({ inputs: a, outputs: out })
        model.compile({ optimizer: new SGD({ learningRate: 0 }), loss: new MeanSquaredError(), jit })
        await model.fit(x, y, quiet)
        const [movingMean, movingVariance, ...others] = await model.getWeights()
        expect(others).toHaveLength(2)
        // the first call sees x, the second 3 (x - m) / sqrt(v + 0.001), with mean 0
        for (let column = 0; column < 3; column++) {
          const values = x.map((row) => row[column]!)
          const m = values.reduce((a, b) => a + b) / 8
          const v = values.reduce((a, b) => a + (b - m) ** 2, 0) / 8
          expect(movingMean!.data[column]).toBeCloseTo(0.25 * m, 5)
          expect(movingVariance!.data[column]).toBeCloseTo(0.5 * (0.5 + 0.5 * v) + (0.5 * 9 * v) / (v + 0.001), 4)
        }
      })

      it('a layer of two parts is trained by the optimizers of both', async () => {
        useBackend(backend!)
        class Parts extends Model {
          readonly encoder = new Sequential([new Dense({ units: 1, useBias: false, kernelInitializer: 'ones' })])
          readonly decoder = new Sequential([...this.encoder.layers] as Layer[])
          override apply(given: Tensor, scope: Scope<this>): Tensor {
            return scope.call(this.encoder, given)
          }
          override trainStep({ x: batch }: StepBatch, step: TrainStep) {
            const loss = step.minimize('encoder', () => sum(step.call(this.encoder, batch)))
            step.minimize('decoder', () => mul(sum(step.call(this.decoder, batch)), 2))
            return { loss }
          }
        }
        const model = new Parts()
        model.compile({
          optimizer: { encoder: new SGD({ learningRate: 0.1 }), decoder: new SGD({ learningRate: 0.01 }) },
          jit,
        })
        await model.fit([[1], [2]], [[0], [0]], quiet)
        const [kernel] = await model.getWeights()
        expect(kernel!.data[0]).toBeCloseTo(1 - 0.1 * 3 - 0.01 * 2 * 3, 5)
      })
    },
  )
}

describe('the spec of a model with a layer on two paths', () => {
  const twice = () => {
    const a = input({ shape: [3] })
    const layer = new Dense({ units: 3 })
    const first = new Dense({ units: 3 }).call(a) // `dense` in the outer model, as `layer` is in the nested one
    return new Model({ inputs: a, outputs: layer.call(nested(layer).call(first)) })
  }

  it('has the same names, weights and spec when it is built again', async () => {
    const [startedCpu] = await startAll()
    useBackend(startedCpu!.backend!)
    const model = twice()
    const again = fromSpec(JSON.parse(JSON.stringify(model.toSpec())) as never, registry)
    expect(again.toSpec()).toEqual(model.toSpec())
    expect(again.layers.map((layer) => layer.type)).toEqual(model.layers.map((layer) => layer.type))
    expect((await again.getWeights()).map(({ path }) => path)).toEqual(
      (await model.getWeights()).map(({ path }) => path),
    )
  })

  it('marks shared layers only', () => {
    const marked = JSON.stringify(twice().toSpec()).match(/"sharedId":\d/g)
    expect(marked).toEqual(['"sharedId":0', '"sharedId":0'])
    expect(JSON.stringify(nested(new Dense({ units: 3 })).toSpec())).not.toContain('sharedId')
  })

  it('holds for a layer without a model, in a registry', () => {
    const inner = new Dense({ units: 3 })
    class Pair extends Layer<{ readonly left: Layer; readonly right: Layer }> {
      static readonly type = 'test/Pair'
      static override readonly fields = { left: fields.inner, right: fields.inner } as const
      apply(given: Tensor, scope: Scope<this>): Tensor {
        return add(scope.call(this.config.left, given), scope.call(this.config.right, given))
      }
    }
    const pair = new Pair({ left: new Doubled({ inner }), right: new Doubled({ inner }) })
    const { left, right } = registry.with(Pair).parse('layer', pair.toSpec()).config as Record<string, Doubled>
    expect(left!.config.inner).toBe(right!.config.inner)
    expect(left).not.toBe(right)
  })
})
