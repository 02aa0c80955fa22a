import { cpu } from '@gradus/backend-cpu'
import { type Kind, Layer, Loss, type Scope } from '@gradus/core'
import { Dense, GRU, layers, TimeDistributed } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { MeanMetric } from '@gradus/metrics'
import { SGD } from '@gradus/optimizers'
import { abs, mul, sub, type Tensor, useBackend } from '@gradus/tensor'
import { beforeEach, describe, expect, it } from 'vitest'
import { Sequential } from './sequential.ts'

beforeEach(() => useBackend(cpu()))

class Nameless extends Layer {
  apply(x: Tensor): Tensor {
    return mul(x, 2)
  }
}

class Wider extends Dense {}

class Holder extends Layer<{ readonly inner: Layer }> {
  static readonly type = 'test/Holder'
  static override readonly fields = { inner: { type: 'layer' as Kind<Layer>, required: true } } as const
  apply(x: Tensor, scope: Scope<this>): Tensor {
    return scope.call(this.config.inner, x)
  }
}

class Maker extends Layer {
  static readonly type = 'test/Maker'
  readonly part = new Nameless()
  apply(x: Tensor, scope: Scope<this>): Tensor {
    return scope.call(this.part, x)
  }
}

class PlainLoss extends Loss {
  compute(target: Tensor, prediction: Tensor): Tensor {
    return abs(sub(target, prediction))
  }
}

class PlainMetric extends MeanMetric {
  values(target: Tensor, prediction: Tensor): Tensor {
    return abs(sub(target, prediction))
  }
}

class Slower extends SGD {}

const stack = (...more: Layer[]) => new Sequential([new Dense({ units: 2, inputShape: [2] }), ...more])

describe('save refuses classes that cannot be loaded', () => {
  it.each([
    ['a layer', () => stack(new Nameless()), 'The class Nameless has no static type, so a file with this layer'],
    ['a layer in a model', () => stack(stack(new Nameless())), 'The class Nameless has no static type'],
    [
      'a layer in an option',
      () => stack(new Holder({ inner: new Nameless() })),
      'The class Nameless has no static type',
    ],
    [
      'a layer that extends a named one',
      () => stack(new Wider({ units: 1 })),
      '(the type Dense is that of the class which it extends)',
    ],
  ])('%s', async (_, make, message) => {
    const model = make()
    model.compile({ optimizer: new SGD(), loss: new MeanSquaredError() })
    await model.predict([[1, 2]])
    await expect(model.toBytes()).rejects.toThrow(message)
    await expect(model.save('/nowhere/model.safetensors')).rejects.toThrow(message)
    expect((await model.toBytes({ weightsOnly: true })).length).toBeGreaterThan(0)
  })

  it.each([
    ['loss', { loss: new PlainLoss(), optimizer: new SGD() }],
    ['metric', { loss: new MeanSquaredError(), metrics: [new PlainMetric()], optimizer: new SGD() }],
    ['optimizer', { loss: new MeanSquaredError(), optimizer: new Slower() }],
  ])('a %s', async (kind, options) => {
    const model = stack()
    model.compile(options)
    await expect(model.toBytes()).rejects.toThrow(`so a file with this ${kind} could not be loaded`)
  })

  it('takes layers that a named layer makes itself, functions, and all layers of the library', async () => {
    const model = stack(new Maker())
    model.compile({ optimizer: new SGD(), loss: (target, prediction) => abs(sub(target, prediction)) })
    await model.toBytes()
    const sequence = new Sequential([
      new TimeDistributed({ layer: new Dense({ units: 2 }), inputShape: [3, 2] }),
      new GRU({ units: 2, kernelRegularizer: 'l2' }),
    ])
    await sequence.toBytes()
    for (const definition of Object.values(layers))
      expect(Object.hasOwn(definition, 'type'), definition.name).toBe(true)
  })
})

it('a layer with getConfig and a constructor of another argument is told to take one object', async () => {
  class Factor extends Layer {
    static readonly type = 'test/Factor'
    readonly factor: number
    constructor(factor: number) {
      super()
      this.factor = factor
    }
    override getConfig(): Readonly<Record<string, unknown>> {
      return { ...super.getConfig(), factor: this.factor }
    }
    apply(x: Tensor): Tensor {
      return x
    }
  }
  const model = stack(new Factor(3))
  await model.predict([[1, 2]])
  await expect(model.toBytes()).rejects.toThrow(
    "test/Factor could not be loaded: the constructor of Factor does not read 'factor' from an object of options",
  )
})
