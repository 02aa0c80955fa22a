// The contract of layers and models on every backend: each case must have the results of `cpu`.
import { apply, type Op } from '@gradus/tensor/internals'
import { describe, expect, it } from 'vitest'
import { startAll } from '../../../tests/backends.ts'
import {
  BatchNormalization,
  cpu,
  Dense,
  Embedding,
  type Figures,
  fromSpec,
  GRU,
  input,
  Layer,
  LSTM,
  loadModel,
  type Masks,
  Model,
  type ModelStep,
  Normalization,
  type Rng,
  regularizers,
  type Scope,
  Sequential,
  SGD,
  type StepBatch,
  StringLookup,
  type Tensor,
  type TrainStep,
  tensor,
  treeLeaves,
  useBackend,
  valueAndGrad,
} from './index.ts'
import {
  add,
  cast,
  concat,
  exp,
  gather,
  mean,
  mul,
  neg,
  randomNormal,
  relu,
  slice,
  split,
  square,
  sub,
  sum,
} from './ops.ts'

const x = Array.from({ length: 16 }, (_, i) => [Math.sin(i), Math.cos(2 * i), i / 16])
const y = x.map(([a, b]) => [a! - b!])
const quiet = { verbose: 0, batchSize: 8, shuffle: false } as const

const values = async (...tensors: Tensor[]) => (await Promise.all(tensors.map((t) => t.data()))).flatMap((d) => [...d])
const weights = async (model: Model) => (await model.getWeights()).flatMap(({ data }) => [...data])
const json = (value: unknown): never => JSON.parse(JSON.stringify(value)) as never

class Residual extends Layer<{ readonly inner: Layer }> {
  static readonly type = 'test/Residual'
  static override readonly fields = { inner: { type: 'layer', required: true } } as never
  apply(given: Tensor, scope: Scope<this>): Tensor {
    return add(given, scope.call(this.config.inner, given))
  }
}

/** Counts its calls in training, and pools its input; the sequence keeps its mask, the pooled output has none. */
class Counted extends Layer<object, Record<string, never>, { readonly calls: Tensor }> {
  static readonly type = 'test/Counted'
  override initState(rng: Rng) {
    return { calls: mul(randomNormal(rng.next(), []), 0) }
  }
  apply(given: Tensor, { state, setState }: Scope<this>): [Tensor, { readonly pooled: Tensor }] {
    setState({ calls: add(state.calls, 1) })
    return [given, { pooled: mean(given, { axis: 1 }) }]
  }
  override computeMask(_: Tensor, mask: Masks): Masks {
    return [mask as Tensor, undefined]
  }
}

/** A float input and rows of it by number. */
class Picked extends Layer {
  static readonly type = 'test/Picked'
  apply([table, rows]: [Tensor, Tensor]): Tensor {
    expect([table.dtype, rows.dtype]).toEqual(['float32', 'int32'])
    return gather(table, rows)
  }
}

class VAE extends Model {
  readonly encoder = new Dense({ units: 4 })
  readonly decoder = new Dense({ units: 3 })
  override apply(given: Tensor, scope: Scope<this>): Tensor {
    const [center, logVariance] = split(scope.call(this.encoder, given), 2, -1) as [Tensor, Tensor]
    scope.addLoss(mul(-0.005, mean(sub(sub(add(1, logVariance), square(center)), exp(logVariance)))))
    const noise = randomNormal(scope.rng.next(), center.shape)
    return scope.call(this.decoder, add(center, mul(exp(mul(0.5, logVariance)), noise)))
  }
}

class GAN extends Model {
  readonly generator = new Sequential([new Dense({ units: 8, activation: 'relu' }), new Dense({ units: 3 })])
  readonly critic = new Sequential([new Dense({ units: 8, activation: 'leakyRelu' }), new Dense({ units: 1 })])
  override trainStep({ x: real }: StepBatch, step: TrainStep): Figures {
    const fake = () => step.call(this.generator, randomNormal(step.rng.next(), [real.shape[0]!, 4]))
    const judge = (sample: Tensor) => step.call(this.critic, sample)
    const criticLoss = step.minimize('critic', () =>
      add(mean(relu(sub(1, judge(real)))), mean(relu(add(1, judge(fake()))))),
    )
    return { criticLoss, generatorLoss: step.minimize('generator', () => neg(mean(judge(fake())))) }
  }
  override testStep({ x: real }: StepBatch, step: ModelStep): Figures {
    return { criticScore: mean(step.call(this.critic, real)) }
  }
}

/** Each computes numbers on the backend in use. */
const cases: Readonly<Record<string, () => Promise<number[]>>> = {
  'a call with training: false keeps moving averages, also in the saved model': async () => {
    const given = input({ shape: [3] })
    const normalized = new BatchNormalization({ name: 'norm' }).call(given, { training: false })
    const model = new Model({ inputs: given, outputs: new Dense({ units: 1 }).call(normalized), seed: 1 })
    const copy = fromSpec(json(model.toSpec()))
    for (const one of [model, copy]) {
      one.compile({ optimizer: 'sgd', loss: 'mse' })
      await one.fit(x, y, quiet)
      const average = (await one.getWeights()).find(({ path }) => path === 'norm.movingMean')!
      expect([...average.data]).toEqual([0, 0, 0])
    }
    return [...(await weights(model)), ...(await weights(copy))]
  },
  'an inner layer is frozen and penalized as its options say': async () => {
    const inner = (options: object) => new Residual({ inner: new Dense({ units: 3, ...options }) })
    const penalty = new regularizers.L2({ l2: 0.1 })
    const model = new Sequential(
      [inner({ trainable: false }), inner({ kernelRegularizer: penalty }), new Dense({ units: 1 })],
      { seed: 1 },
    )
    model.build([null, 3])
    model.compile({ optimizer: 'sgd', loss: 'mse' })
    const before = await model.getWeights()
    const { history } = await model.fit(x, y, { ...quiet, epochs: 2 })
    const after = await model.getWeights()
    expect(after[0]!.path).toBe('residual.inner.kernel')
    expect(after[0]!.data).toEqual(before[0]!.data)
    expect(after[2]!.data).not.toEqual(before[2]!.data)
    return [...history.loss!, ...(await weights(model))]
  },
  'outputs are trees, state comes apart from them, and each output has its mask': async () => {
    const tokens = input({ shape: [4], dtype: 'int32' })
    const embedded = new Embedding({ inputDim: 5, outputDim: 3, maskZero: true }).call(tokens)
    const [sequence, { pooled }] = new Counted({ name: 'counted' }).callAll<
      [typeof embedded, { pooled: typeof embedded }]
    >(embedded)
    const hidden = new GRU({ units: 2 }).call(sequence)
    const model = new Model({ inputs: tokens, outputs: concat([hidden, pooled], -1), seed: 1 })
    model.compile({ optimizer: 'sgd', loss: 'mse' })
    const rows = [
      [1, 2, 0, 0],
      [3, 4, 1, 2],
    ]
    await model.fit(rows, [Array(5).fill(0), Array(5).fill(1)], { ...quiet, epochs: 3 })
    const calls = (await model.getWeights()).find(({ path }) => path === 'counted.calls')!
    expect([...calls.data]).toEqual([3])
    const states = new LSTM({ units: 2, returnSequences: true, returnState: true }).callAll(tensor([x]))
    expect(treeLeaves(states).map(({ shape }) => shape)).toEqual([
      [1, 16, 2],
      [1, 2],
      [1, 2],
    ])
    return [...(await weights(model)), ...(await values(await model.predict(rows)))]
  },
  'sizes that are not known stay unknown, or are an error': async () => {
    class First extends Layer {
      static readonly type = 'test/First'
      apply(given: Tensor): Tensor {
        return slice(given, [0, 0, 0], [given.shape[0]!, Math.min(50, given.shape[1]!), given.shape[2]!])
      }
    }
    expect(() => new First().call(input({ shape: [null, 3] }))).toThrow(/First.*depends on/s)
    return values(new First().call(tensor([x])))
  },
  'integers beside floats stay integers': async () => {
    const picked = new Picked().call([tensor(x), tensor([2, 0], { dtype: 'int32' })])
    return values(picked)
  },
  'a VAE adds its divergence to the loss': async () => {
    const vae = new VAE({ seed: 3 })
    vae.compile({ optimizer: 'sgd', loss: 'mse' })
    const { history } = await vae.fit(x, x, { ...quiet, epochs: 3 })
    return [...history.loss!, ...(await weights(vae))]
  },
  'a GAN trains two parts with an overridden trainStep': async () => {
    const gan = new GAN({ seed: 3 })
    gan.compile({ optimizer: { generator: new SGD(), critic: new SGD() } } as never)
    const { history } = await gan.fit(x, undefined, { ...quiet, epochs: 3 })
    return [...history.criticLoss!, ...history.generatorLoss!, ...(await weights(gan))]
  },
  'operations on symbolic tensors are part of the model and saved with it': async () => {
    const [a, b] = [input({ shape: [3] }), input({ shape: [3] })]
    const model = new Model({ inputs: [a, b], outputs: relu(add(a, mul(b, tensor([1, 2, 3])))) })
    const copy = await loadModel(await model.toBytes())
    return values(await model.predict([x, x]), await copy.predict([x, x]))
  },
  'layers on the host are adapted, read strings and are saved': async () => {
    const words = new StringLookup()
    await words.adapt(['red', 'green', 'red', 'blue'])
    const norm = new Normalization()
    await norm.adapt(x)
    const text = input({ shape: [2], dtype: 'string', name: 'text' })
    const size = input({ shape: [3], name: 'size' })
    const embedded = new Embedding({ inputDim: 5, outputDim: 2 }).call(words.call(text))
    const joined = concat([sum(embedded, { axis: 1 }), norm.call(size)], -1)
    const model = new Model({ inputs: { text, size }, outputs: new Dense({ units: 1 }).call(joined), seed: 1 })
    const rows = { text: x.map((_, i) => [['red', 'blue', 'pink'][i % 3]!, 'green']), size: x }
    model.compile({ optimizer: 'sgd', loss: 'mse' })
    const { history } = await model.fit(rows, y, { ...quiet, epochs: 2 })
    const copy = fromSpec(json(model.toSpec()))
    await copy.setWeights(await model.getWeights())
    return [...history.loss!, ...(await values(await model.predict(rows), await copy.predict(rows)))]
  },
  'models run on values, inside gradients, without reading back': async () => {
    const model = new Sequential([new Dense({ units: 4, activation: 'tanh' }), new Dense({ units: 1 })], { seed: 2 })
    const given = tensor(x)
    const output = model.call(given)
    const [loss, gradient] = valueAndGrad((rows: Tensor) => mean(square(sub(model.call(rows), tensor(y)))))(given)
    return values(output, loss, gradient)
  },
}

/** A backend lacks the op of a plug-in, and says so; with `fallback` it runs on another. */
const wobble: Op = { name: 'acme/wobble', shape: ([aval]) => aval!, elementwise: true }

const started = (await startAll()).flatMap(({ name, backend }) => (backend ? [{ name, backend }] : []))

describe.each(started)('on $name', ({ name, backend }) => {
  const reference = cpu()

  it.each(Object.keys(cases))('%s', async (label) => {
    await useBackend(reference)
    const expected = await cases[label]!()
    await useBackend(backend)
    const got = await cases[label]!()
    expect(got.length).toBe(expected.length)
    expect(got.length).toBeGreaterThan(0)
    got.forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 3))
  })

  it('an op that the backend lacks is named', async () => {
    await useBackend(backend)
    const one = cast(tensor([1, 2]), 'float32')
    await expect(async () => (apply(wobble, [one], null) as Tensor).data()).rejects.toThrow(
      new RegExp(`${name} backend has no kernel for the op 'acme/wobble'.*fallback`, 's'),
    )
  })
})
