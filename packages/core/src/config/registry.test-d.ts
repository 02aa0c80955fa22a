import type { Tensor } from '@gradus/tensor'
import { describe, expectTypeOf, it } from 'vitest'
import { type Activation, type ActivationFunction, activation } from '../contracts/activation.ts'
import { Regularizer } from '../contracts/regularizer.ts'
import { Schedule } from '../contracts/schedule.ts'
import { Input } from '../layer/input.ts'
import { Layer } from '../layer/layer.ts'
import type { NameOf } from './name-of.ts'
import { Registry } from './registry.ts'
import type { Spec } from './spec.ts'

class L1 extends Regularizer<{ readonly l1?: number }> {
  static readonly type = 'L1'
  loss(x: Tensor): Tensor {
    return x
  }
}

class L2 extends Regularizer<{ readonly l2?: number }> {
  static readonly type = 'L2'
  loss(x: Tensor): Tensor {
    return x
  }
}

const relu = activation('relu', { slope: { type: 'number', default: 0 } }, (x) => x)

class Decay extends Schedule<{ readonly steps: number; readonly next?: Schedule }> {
  static readonly type = 'ExponentialDecay'
  at(step: Tensor): Tensor {
    return step
  }
}

class Dense extends Layer<{
  readonly units: number
  readonly activation?: 'relu' | ActivationFunction
  readonly kernelRegularizer?: 'l2' | Regularizer
  readonly penalties?: readonly Regularizer[]
  readonly rate?: number | Schedule
}> {
  static readonly type = 'Dense'
  static readonly aliases = ['FullyConnected', 'fc'] as const
  apply(x: Tensor): Tensor {
    return x
  }
}

class Apply extends Layer<{ readonly activation: 'relu' | Activation }> {
  static readonly type = 'Activation'
  apply(x: Tensor): Tensor {
    return x
  }
}

class RmsNorm extends Layer<{ readonly epsilon?: number }> {
  static readonly type = 'acme/RmsNorm'
  apply(x: Tensor): Tensor {
    return x
  }
}

const square = activation('acme/square', {}, (x) => x, ['acme/sq'])

const registry = new Registry([L1, L2, relu, Decay, Dense, Apply, Input])

describe('NameOf', () => {
  it('is the type, that in camel case, and the aliases', () => {
    expectTypeOf<NameOf<typeof Dense>>().toEqualTypeOf<'Dense' | 'dense' | 'FullyConnected' | 'fc'>()
    expectTypeOf<NameOf<typeof Decay>>().toEqualTypeOf<'ExponentialDecay' | 'exponentialDecay'>()
    expectTypeOf<NameOf<typeof RmsNorm>>().toEqualTypeOf<'acme/RmsNorm'>()
    expectTypeOf<NameOf<typeof square>>().toEqualTypeOf<'acme/square' | 'acme/sq'>()
    expectTypeOf<NameOf<typeof relu>>().toEqualTypeOf<'relu'>()
    // abbreviations become small letters throughout
    expectTypeOf<NameOf<typeof L2>>().toEqualTypeOf<'L2' | 'l2'>()
    expectTypeOf<NameOf<{ kind: 'optimizer'; type: 'SGD'; name: string }>>().toEqualTypeOf<'SGD' | 'sgd'>()
    expectTypeOf<NameOf<{ kind: 'optimizer'; type: 'RMSprop'; name: string }>>().toEqualTypeOf<'RMSprop' | 'rmsprop'>()
  })
})

describe('create', () => {
  it("gives the class's instance", () => {
    expectTypeOf(registry.create({ layer: 'Dense', units: 3 })).toEqualTypeOf<Dense>()
    expectTypeOf(registry.create({ layer: 'dense', units: 3 })).toEqualTypeOf<Dense>()
    expectTypeOf(registry.create({ layer: 'fc', units: 3, name: 'out' })).toEqualTypeOf<Dense>()
    expectTypeOf(registry.create({ regularizer: 'L2' })).toEqualTypeOf<L2>()
    expectTypeOf(registry.create({ units: 3, layer: 'Dense' })).toEqualTypeOf<Dense>()
    expectTypeOf(registry.create({ layer: 'Activation', activation: 'relu' })).toEqualTypeOf<Apply>()
    expectTypeOf(registry.create({ activation: 'relu', layer: 'Activation' })).toEqualTypeOf<Apply>()
  })

  it('takes specs, names and instances of nested things', () => {
    registry.create({ layer: 'Dense', units: 3, kernelRegularizer: { regularizer: 'L2', l2: 0.1 } })
    registry.create({ layer: 'Dense', units: 3, kernelRegularizer: new L2({ l2: 0.1 }) })
    registry.create({ layer: 'Dense', units: 3, kernelRegularizer: 'l2' })
    registry.create({ layer: 'Dense', units: 3, penalties: [{ regularizer: 'L1' }, new L2()] })
    registry.create({ layer: 'Dense', units: 3, activation: (x) => x })
    registry.create({ layer: 'Activation', activation: relu })
    registry.create({
      layer: 'Dense',
      units: 3,
      rate: { schedule: 'ExponentialDecay', steps: 1, next: { schedule: 'exponentialDecay', steps: 2 } },
    })
  })

  it('refuses unknown names', () => {
    // @ts-expect-error
    registry.create({ layer: 'Dens', units: 3 })
    // @ts-expect-error
    registry.create({ layer: 'Dens', units: 3, activation: 'relu' })
    // @ts-expect-error
    registry.create({ layer: 'L2' })
    // @ts-expect-error
    registry.create({ lair: 'Dense', units: 3 })
    // @ts-expect-error
    registry.create({})
    // @ts-expect-error
    registry.create({ layer: 'Dense', units: 3, kernelRegularizer: { regularizer: 'L3' } })
    // @ts-expect-error
    registry.create({ layer: 'Dense', units: 3, kernelRegularizer: 'l3' })
    // @ts-expect-error
    registry.create({ layer: 'Activation', activation: 'rleu' })
    // @ts-expect-error a name that is not known in advance is for parse
    registry.create({ layer: 'Dense' as string, units: 3 })
  })

  it('refuses unknown, missing and wrong options', () => {
    // @ts-expect-error
    registry.create({ layer: 'Dense', units: 3, activaton: 'relu' })
    // @ts-expect-error every option of L2 is optional
    registry.create({ regularizer: 'L2', l1: 0.1 })
    // @ts-expect-error
    registry.create({ layer: 'Dense' })
    // @ts-expect-error
    registry.create({ layer: 'Dense', units: '3' })
    // @ts-expect-error
    registry.create({ layer: 'Dense', units: 3, kernelRegularizer: { regularizer: 'L2', l1: 0.1 } })
    // @ts-expect-error
    registry.create({ layer: 'Dense', units: 3, penalties: [{ regularizer: 'L2', l1: 0.1 }] })
    // @ts-expect-error another kind
    registry.create({ layer: 'Dense', units: 3, kernelRegularizer: { schedule: 'ExponentialDecay', steps: 1 } })
    // @ts-expect-error another kind
    registry.create({ layer: 'Dense', units: 3, kernelRegularizer: relu })
    // @ts-expect-error
    registry.create({ layer: 'Dense', units: 3, rate: { schedule: 'ExponentialDecay', steps: 1, nxt: 1 } })
    // @ts-expect-error one class at a time
    registry.create({ layer: 'Dense', units: 3, regularizer: 'L2' })
  })

  it('takes specs in variables', () => {
    const spec: Spec<typeof L1 | typeof L2> = { regularizer: 'L2', l2: 1 }
    expectTypeOf(registry.create(spec)).toEqualTypeOf<L2>()
    // one of several classes, not known in advance: parse checks it at run time
    expectTypeOf(registry.parse('regularizer', spec as Spec<typeof L1 | typeof L2>)).toEqualTypeOf<L1 | L2>()
    const constant = { layer: 'Dense', units: 3 } as const
    expectTypeOf(registry.create(constant)).toEqualTypeOf<Dense>()
  })
})

describe('with', () => {
  const extended = registry.with(RmsNorm, square)

  it("adds a third party's classes to the names", () => {
    expectTypeOf(extended.create({ layer: 'acme/RmsNorm', epsilon: 1e-5 })).toEqualTypeOf<RmsNorm>()
    expectTypeOf(extended.create({ layer: 'Dense', units: 1 })).toEqualTypeOf<Dense>()
    extended.create({ layer: 'Dense', units: 1, activation: 'acme/square' })
    extended.create({ layer: 'Dense', units: 1, activation: { activation: 'acme/square' } })
    // @ts-expect-error
    extended.create({ layer: 'acme/RmsNorm', epsilom: 1e-5 })
    // @ts-expect-error
    extended.create({ layer: 'acme/RmsNrm' })
    // @ts-expect-error not in this one
    registry.create({ layer: 'acme/RmsNorm' })
    // @ts-expect-error not in this one
    registry.create({ layer: 'Dense', units: 1, activation: 'acme/square' })
  })

  it('knows them by kind', () => {
    expectTypeOf(extended.get('layer', 'x')).toEqualTypeOf<
      typeof Dense | typeof Apply | typeof Input | typeof RmsNorm
    >()
    expectTypeOf(extended.parse('layer', {})).toEqualTypeOf<Dense | Apply | Input | RmsNorm>()
    // @ts-expect-error
    extended.get('lair', 'x')
  })
})
