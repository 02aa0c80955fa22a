import { cpu } from '@gradus/backend-cpu'
import { Registry, type Scope } from '@gradus/core'
import { BatchNormalization, Dense, layers } from '@gradus/layers'
import { losses, MeanSquaredError } from '@gradus/losses'
import { MeanAbsoluteError } from '@gradus/metrics'
import { Adam, optimizers, SGD } from '@gradus/optimizers'
import {
  add,
  cast,
  exp,
  greater,
  matmul,
  mean,
  mul,
  neg,
  randomNormal,
  relu,
  split,
  square,
  sub,
  sum,
  type Tensor,
  transpose,
  useBackend,
} from '@gradus/tensor'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Figures, ModelStep, StepBatch, TrainStep } from '../index.ts'
import { loadModel } from './load.ts'
import { Model } from './model.ts'
import { Sequential } from './sequential.ts'

beforeEach(() => useBackend(cpu()))

const circle = Array.from({ length: 64 }, (_, i) => [Math.cos(i), Math.sin(i)])
const quiet = { verbose: 0, batchSize: 16 } as const

/** The same computation as a class and as a graph. */
class Perceptron extends Model {
  static readonly type = 'test/Perceptron'
  readonly hidden = new Dense({ units: 5, activation: 'tanh' })
  readonly norm = new BatchNormalization()
  readonly out = new Dense({ units: 1 })
  override apply(x: Tensor, scope: Scope<this>): Tensor {
    const h = scope.call(this.norm, scope.call(this.hidden, x))
    // control flow on shapes, which are known during tracing
    return h.shape[1]! > 3 ? scope.call(this.out, h) : h
  }
}

class VAE extends Model {
  static readonly type = 'test/VAE'
  readonly encoder = new Sequential([new Dense({ units: 16, activation: 'relu' }), new Dense({ units: 4 })])
  readonly decoder = new Sequential([new Dense({ units: 16, activation: 'relu' }), new Dense({ units: 2 })])
  override apply(x: Tensor, scope: Scope<this>): Tensor {
    const [center, logVariance] = split(scope.call(this.encoder, x), 2, -1) as [Tensor, Tensor]
    const divergence = sub(sub(add(1, logVariance), square(center)), exp(logVariance))
    scope.addLoss(mul(-0.005, mean(divergence)))
    const noise = randomNormal(scope.rng.next(), center.shape)
    const code = scope.training ? add(center, mul(exp(mul(0.5, logVariance)), noise)) : center
    return scope.call(this.decoder, code)
  }
}

class GAN extends Model {
  readonly generator = new Sequential([new Dense({ units: 8, activation: 'relu' }), new Dense({ units: 2 })])
  readonly critic = new Sequential([new Dense({ units: 8, activation: 'leakyRelu' }), new Dense({ units: 1 })])
  override trainStep({ x }: StepBatch, step: TrainStep): Figures {
    const fake = () => step.call(this.generator, randomNormal(step.rng.next(), [x.shape[0]!, 4]))
    const criticLoss = step.minimize('critic', () => {
      const [real, made] = [step.call(this.critic, x), step.call(this.critic, fake())]
      return add(mean(relu(sub(1, real))), mean(relu(add(1, made))))
    })
    const generatorLoss = step.minimize('generator', () => neg(mean(step.call(this.critic, fake()))))
    return { criticLoss, generatorLoss }
  }
}

/** A student that learns from a teacher and from the targets. */
class Distilled extends Model {
  readonly teacher = new Sequential([new Dense({ units: 8, activation: 'tanh' }), new Dense({ units: 1 })])
  readonly student = new Sequential([new Dense({ units: 2, activation: 'tanh' }), new Dense({ units: 1 })])
  constructor() {
    super({ seed: 2 })
    this.teacher.trainable = false
  }
  override apply(x: Tensor, scope: Scope<this>): Tensor {
    return scope.call(this.student, x)
  }
  override trainStep({ x }: StepBatch, step: TrainStep): Figures {
    const taught = step.call(this.teacher, x)
    let distance: Tensor | undefined
    const loss = step.minimize(() => {
      const outputs = step.call(this.student, x)
      distance = mean(square(sub(taught, outputs)))
      return add(step.loss(outputs), mul(0.5, distance))
    })
    return { loss, distance: distance! }
  }
  override testStep({ x }: StepBatch, step: ModelStep): Figures {
    return { loss: step.loss(step.call(this.student, x)) }
  }
}

/** Brings rows of two views of one sample together, and those of different samples apart. */
class Contrastive extends Model {
  readonly encoder = new Dense({ units: 3, activation: 'tanh' })
  override trainStep({ x }: StepBatch, step: TrainStep): Figures {
    const view = () => add(x, mul(0.1, randomNormal(step.rng.next(), x.shape)))
    const loss = step.minimize(() => {
      const [a, b] = [step.call(this.encoder, view()), step.call(this.encoder, view())]
      const similar = matmul(a, transpose(b))
      return sub(mean(similar), mean(sum(mul(a, b), { axis: -1 })))
    })
    return { loss }
  }
}

describe('a subclassed model', () => {
  const y = circle.map(([a, b]) => [a! * b!])
  const compiled = (model: Model) => {
    model.compile({
      optimizer: new SGD({ learningRate: 0.1 }),
      loss: new MeanSquaredError(),
      metrics: [new MeanAbsoluteError()],
    })
    return model
  }

  it('trains like the same layers in a Sequential', async () => {
    const stack = new Sequential(
      [
        new Dense({ units: 5, activation: 'tanh', name: 'hidden' }),
        new BatchNormalization({ name: 'norm' }),
        new Dense({ units: 1, name: 'out' }),
      ],
      { seed: 4 },
    )
    const code = new Perceptron({ seed: 4 })
    const options = { ...quiet, epochs: 3, validationSplit: 0.25 }
    const [a, b] = [await compiled(code).fit(circle, y, options), await compiled(stack).fit(circle, y, options)]
    expect(a.history).toEqual(b.history)
    expect(await code.getWeights()).toEqual(await stack.getWeights())
    expect(await code.evaluate(circle, y, quiet)).toEqual(await stack.evaluate(circle, y, quiet))
    expect((await code.predict(circle)).array()).toEqual((await stack.predict(circle)).array())
    expect(code.summary({ print: false })).toContain('│ hidden (Dense)                  │ (None, 5)')
    expect(code.countParams()).toBe(stack.countParams())
  })

  it('is saved with its optimizer and continues training exactly', async () => {
    const model = compiled(new Perceptron({ seed: 4 }))
    await model.fit(circle, y, { ...quiet, epochs: 2 })
    const registry = new Registry([
      ...Object.values(layers),
      ...Object.values(losses),
      ...Object.values(optimizers),
      MeanAbsoluteError,
      Perceptron,
    ])
    const copy = await loadModel(await model.toBytes(), { registry })
    expect(copy).toBeInstanceOf(Perceptron)
    const more = { ...quiet, epochs: 4, initialEpoch: 2 }
    expect((await copy.fit(circle, y, more)).history).toEqual((await model.fit(circle, y, more)).history)
    expect(await copy.getWeights()).toEqual(await model.getWeights())
  })

  it('needs a type to be saved, and an apply method to be called', async () => {
    class Nameless extends Model {
      readonly dense = new Dense({ units: 1 })
      override apply(x: Tensor, scope: Scope<this>): Tensor {
        return scope.call(this.dense, x)
      }
    }
    const nameless = new Nameless()
    nameless.build([null, 2])
    await expect(nameless.toBytes()).rejects.toThrow("static type = 'namespace/Nameless'")
    expect(nameless.name).toBe('nameless')
    class Empty extends Model {}
    expect(() => new Empty().build([null, 2])).not.toThrow()
    await expect(new Empty().predict(circle)).rejects.toThrow('write apply(x, scope)')
    expect(() => new Nameless().inputs).toThrow('is a subclassed model and not a graph')
  })

  it('may take and return several tensors by name', async () => {
    class Two extends Model {
      readonly left = new Dense({ units: 1 })
      readonly right = new Dense({ units: 1 })
      override apply({ a, b }: { a: Tensor; b: Tensor }, scope: Scope<this>) {
        return { sum: add(scope.call(this.left, a), scope.call(this.right, b)), side: scope.call(this.right, b) }
      }
    }
    const model = new Two({ seed: 1 })
    model.compile({ optimizer: new SGD(), loss: { sum: new MeanSquaredError(), side: new MeanSquaredError() } })
    const data = { a: circle, b: circle }
    const { history } = await model.fit(data, { sum: y, side: y }, quiet)
    expect(Object.keys(history).sort()).toEqual(['loss', 'side_loss', 'sum_loss'])
    const outputs = await model.predictAll<{ sum: Tensor; side: Tensor }>(data)
    expect([outputs.sum.shape, outputs.side.shape]).toEqual([
      [64, 1],
      [64, 1],
    ])
  })
})

describe('custom train steps', () => {
  it('a VAE adds its divergence in a layer, in training and evaluation', async () => {
    const vae = new VAE({ seed: 1 })
    vae.compile({ optimizer: new Adam({ learningRate: 0.01 }), loss: new MeanSquaredError() })
    const { history } = await vae.fit(circle, circle, { ...quiet, epochs: 40 })
    expect(history['loss']!.at(-1)).toBeLessThan(0.5 * history['loss']![0]!)
    const { loss } = await vae.evaluate(circle, circle, quiet)
    const made = (await vae.predict(circle)).array() as number[][]
    const error = made.flat().reduce((total, value, i) => total + (value - circle.flat()[i]!) ** 2, 0) / 128
    expect(loss).toBeGreaterThan(error)
  })

  it('a GAN trains two parts, each with an optimizer that changes only its part', async () => {
    const gan = new GAN({ seed: 1 })
    gan.compile({ optimizer: { critic: new Adam({ learningRate: 4e-3 }), generator: new SGD({ learningRate: 0 }) } })
    const { history } = await gan.fit(circle, undefined, { ...quiet, epochs: 3 })
    expect(Object.keys(history).sort()).toEqual(['criticLoss', 'generatorLoss'])
    expect(history['criticLoss']![2]).toBeLessThan(history['criticLoss']![0]!)
    const before = await gan.getWeights()
    await gan.fit(circle, undefined, quiet)
    const after = await gan.getWeights()
    before.forEach(({ path, data }, index) => {
      const moved = [...after[index]!.data].some((value, at) => value !== data[at])
      if (!path.endsWith('bias')) expect([path, moved]).toEqual([path, path.startsWith('critic')])
    })
    expect([gan.learningRateOf('critic'), gan.learningRateOf('generator')]).toEqual([4e-3, 0])
    gan.setLearningRate(0.01, 'generator')
    await gan.fit(circle, undefined, quiet)
    const moved = (await gan.getWeights()).filter(({ path }) => path.startsWith('generator'))
    expect(
      moved.some(
        ({ data }, i) => String(data) !== String(after.filter(({ path }) => path.startsWith('generator'))[i]!.data),
      ),
    ).toBe(true)
  })

  it('resumes two optimizers from their saved states', async () => {
    const make = () => {
      const gan = new GAN({ seed: 1 })
      gan.compile({ optimizer: { critic: new Adam(), generator: new Adam() } })
      return gan
    }
    const whole = make()
    await whole.fit(circle, undefined, { ...quiet, epochs: 4 })
    const half = make()
    await half.fit(circle, undefined, { ...quiet, epochs: 2 })
    class Named extends GAN {
      static readonly type = 'test/GAN'
    }
    const named = new Named({ seed: 1 })
    named.compile({ optimizer: { critic: new Adam(), generator: new Adam() } })
    await named.fit(circle, undefined, { ...quiet, epochs: 2 })
    const registry = new Registry([...Object.values(layers), ...Object.values(optimizers), Named])
    const copy = await loadModel(await named.toBytes(), { registry })
    await copy.fit(circle, undefined, { ...quiet, epochs: 4, initialEpoch: 2 })
    expect(await copy.getWeights()).toEqual(await whole.getWeights())
  })

  it('a student learns from a frozen teacher; custom figures are reported and evaluated', async () => {
    const model = new Distilled()
    const y = circle.map(([a]) => [a!])
    model.compile({
      optimizer: new Adam({ learningRate: 0.02 }),
      loss: new MeanSquaredError(),
      metrics: [new MeanAbsoluteError()],
    })
    const { history } = await model.fit(circle, y, { ...quiet, epochs: 5, validationSplit: 0.25 })
    expect(Object.keys(history).sort()).toEqual([
      'distance',
      'loss',
      'mean_absolute_error',
      'val_loss',
      'val_mean_absolute_error',
    ])
    expect(history['loss']![4]).toBeLessThan(history['loss']![0]!)
    const teacher = (await model.getWeights()).filter(({ path }) => path.startsWith('teacher'))
    await model.fit(circle, y, quiet)
    expect((await model.getWeights()).filter(({ path }) => path.startsWith('teacher'))).toEqual(teacher)
  })

  it('contrastive training needs neither targets nor a loss', async () => {
    const model = new Contrastive({ seed: 3 })
    model.compile({ optimizer: new Adam({ learningRate: 0.01 }) })
    const { history } = await model.fit(circle, undefined, { ...quiet, epochs: 5 })
    expect(history['loss']![4]).toBeLessThan(history['loss']![0]!)
  })

  it('may change gradients before they are used', async () => {
    class Signed extends Perceptron {
      override trainStep({ x }: StepBatch, step: TrainStep): Figures {
        const { loss, gradients } = step.gradients(() => step.loss(step.call(this, x)))
        const signs = (tree: unknown): unknown =>
          Object.fromEntries(
            Object.entries(tree as Record<string, Record<string, Tensor>>).map(([path, own]) => [
              path,
              Object.fromEntries(
                Object.entries(own).map(([key, g]) => [key, mul(sub(mul(greaterThan0(g), 2), 1), 0.01)]),
              ),
            ]),
          )
        step.update(signs(gradients) as typeof gradients)
        return { loss }
      }
    }
    const greaterThan0 = (g: Tensor) => cast(greater(g, 0), 'float32')
    const model = new Signed({ seed: 1 })
    model.compile({ optimizer: new SGD({ learningRate: 1 }), loss: new MeanSquaredError() })
    const y = circle.map(([a]) => [a!])
    model.build([null, 2])
    const before = (await model.getWeights())[0]!.data
    await model.fit(circle, y, { verbose: 0, batchSize: 64 })
    const after = (await model.getWeights())[0]!.data
    expect([...after].map((value, i) => Math.abs(value - before[i]!).toFixed(4))).toEqual(
      [...after].map(() => '0.0100'),
    )
  })

  it.each([
    [{ critic: new Adam(), generatr: new Adam() }, "The optimizer 'generatr' has nothing to train"],
    [new Adam(), "compiled with one optimizer, which has no name, and 'critic' was asked for"],
    [
      { critic: new Adam(), other: new Adam() },
      "The optimizer 'other' has nothing to train: no trainable layer is at 'other'",
    ],
    [{ critic: new Adam() }, "without an optimizer called 'generator'"],
  ])('says which optimizer is wrong', async (optimizer, message) => {
    const gan = new GAN({ seed: 1 })
    gan.compile({ optimizer })
    await expect(gan.fit(circle, undefined, quiet)).rejects.toThrow(message)
  })

  it('trains layers that are called by themselves as in Keras, in apply and in steps', async () => {
    class ByScope extends Model {
      readonly block = new Sequential([new Dense({ units: 4, activation: 'tanh' }), new BatchNormalization()])
      readonly out = new Dense({ units: 1 })
      override apply(x: Tensor, scope: Scope<this>): Tensor {
        return scope.call(this.out, scope.call(this.block, x))
      }
    }
    class Directly extends ByScope {
      override apply(x: Tensor): Tensor {
        return this.out.call(this.block.call(x))
      }
    }
    class InStep extends Directly {
      override trainStep({ x, y: target }: StepBatch, step: TrainStep): Figures {
        return { loss: step.minimize(() => mean(square(sub(this.call(x), target as Tensor)))) }
      }
    }
    const trained = await Promise.all(
      [ByScope, Directly, InStep].map(async (Class) => {
        const model = new Class({ seed: 2, name: 'net' })
        model.compile({ optimizer: new SGD(), loss: new MeanSquaredError() })
        await model.fit(
          circle,
          circle.map(([a]) => [a!]),
          { ...quiet, epochs: 2 },
        )
        return model.getWeights()
      }),
    )
    expect(trained[0]!.every(({ data }) => data.some((value) => value !== 0))).toBe(true)
    expect(trained[1]).toEqual(trained[0])
    expect(trained[2]).toEqual(trained[0])
  })

  it('throws for wrong steps, with the reason', async () => {
    class Wrong extends Perceptron {
      constructor(private readonly figures: (loss: Tensor, step: TrainStep) => unknown) {
        super()
      }
      override trainStep({ x }: StepBatch, step: TrainStep): Figures {
        return this.figures(
          step.minimize(() => step.loss(step.call(this, x))),
          step,
        ) as Figures
      }
    }
    const fit = (figures: (loss: Tensor, step: TrainStep) => unknown) => {
      const model = new Wrong(figures)
      model.compile({ optimizer: new SGD(), loss: new MeanSquaredError() })
      return model.fit(
        circle,
        circle.map(([a]) => [a!]),
        quiet,
      )
    }
    await expect(fit(() => ({ loss: 3 }))).rejects.toThrow("returned 3 as 'loss'; expected a scalar tensor")
    await expect(fit(() => undefined)).rejects.toThrow('returned undefined; expected its figures')
    await expect(fit((_, step) => ({ loss: step.batch.x }))).rejects.toThrow("a tensor of shape [64, 2] as 'loss'")
    await expect(fit((_, step) => ({ loss: step.call(new Dense({ units: 1 }), step.batch.x) }))).rejects.toThrow(
      'not among its layers',
    )
  })
})
